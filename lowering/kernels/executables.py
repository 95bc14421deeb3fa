"""An executable of our own, whose loops run as they are written, and how it is launched."""

import dataclasses

from lowering.kernels.mlir import block, types

SUFFIX = "_kernel"  # behind a kernel's name, of its executable


@dataclasses.dataclass(frozen=True)
class Grid:
    """How a kernel is launched: workgroups in x, y and z, and invocations in each.

    dispatches: the number of the first workgroup, and how many there are, of each of several dispatches; none if one
    launches them all.
    macs: MACs of the largest dispatch, 0 where nobody counted.
    """

    counts: tuple[int, int, int]
    invocations: int = 1
    dispatches: tuple[tuple[int, int], ...] = ()
    macs: int = 0

    @property
    def launched(self) -> tuple[int, int, int]:
        """Workgroups of the largest dispatch along x, y and z."""
        return (max(count for _, count in self.dispatches), 1, 1) if self.dispatches else self.counts


@dataclasses.dataclass(frozen=True)
class Executable:
    """What runs: `lines` are the body of a function over the bindings, of which those from `written` on are written.

    results: types of what the bindings that are written become: the kernel's result, then scratch memory.
    """

    bindings: int
    results: tuple[types.Tensor, ...]
    grid: Grid
    lines: tuple[str, ...]

    @property
    def layout(self) -> str:
        """Alias of the attribute that lists the bindings."""
        return layout(self.bindings, len(self.results), self.grid)

    @property
    def aliases(self) -> dict[str, str]:
        """The attributes that the text names, by their aliases."""
        read, written = self.bindings - len(self.results), len(self.results)
        bindings = ["#hal.pipeline.binding<storage_buffer, ReadOnly>"] * read
        bindings += ["#hal.pipeline.binding<storage_buffer>"] * written
        constants = "constants = 1, " if self.grid.dispatches else ""
        size = f"workgroup_size = [{self.grid.invocations}, 1, 1]"
        return {
            types.STORAGE: types.ALIASES[types.STORAGE],
            self.layout: f"#hal.pipeline.layout<{constants}bindings = [{', '.join(bindings)}]>",
            self._workgroup: f"#iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline {size}>",
        }

    @property
    def _workgroup(self) -> str:
        return f"#workgroup_of_{self.grid.invocations}"

    def text(self, name: str) -> list[str]:
        """Lines of the executable of a kernel."""
        given = ", %groups: index" if self.grid.dispatches else ""
        return [
            f"hal.executable.source private @{name}{SUFFIX} {{",
            f"  hal.executable.export public @{name} ordinal(0) layout({self.layout}) "
            f"count(%device: !hal.device{given}) -> (index, index, index) {{",
            *(f"    {line}" for line in self._count()),
            "  }",
            "  builtin.module {",
            f"    func.func @{name}() attributes {{translation_info = {self._workgroup}}} {{",
            *(f"      {line}" for line in self.lines),
            "      return",
            "    }",
            "  }",
            "}",
        ]

    def _count(self) -> list[str]:
        """How many workgroups there are: with several dispatches, each says how many it has."""
        b = block.Block()
        counts = [str(b.index(count)) for count in ((1, 1) if self.grid.dispatches else self.grid.counts)]
        names = ", ".join(["%groups", *counts] if self.grid.dispatches else counts)
        return [*b.lines(), f"hal.return {names} : index, index, index"]


def layout(bindings: int, written: int, grid: Grid) -> str:
    """Alias of the attribute that lists so many bindings, the last `written` of which are written."""
    return f"#reads{bindings - written}_writes{written}{'_part' if grid.dispatches else ''}"
