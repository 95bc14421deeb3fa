// A qemu-user plugin: how often each translated block of guest code ran, and its instruction words. What they mean is instructions.py's business.
// On exit writes one line per block that ran to the file $RT3D_COUNT_OUT: address, times, then its 32-bit words, all in hexadecimal.
// QEMU_API: 1 (QEMU 6 to 8), 2 (9.0) or 3 (9.1 and later). The declarations are QEMU's own, of its qemu-plugin.h, which distributions do not package.
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
extern void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, void (*)(qemu_plugin_id_t, struct qemu_plugin_tb *));
extern void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, void (*)(unsigned, void *), int flags, void *);
extern void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, void (*)(qemu_plugin_id_t, void *), void *);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
extern uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
#if QEMU_API >= 3
extern size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *, void *, size_t);
#define COPY_WORD(to, insn) qemu_plugin_insn_data(insn, to, sizeof *(to))
#else
extern const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *);
#define COPY_WORD(to, insn) memcpy(to, qemu_plugin_insn_data(insn), sizeof *(to))
#endif
#define EXPORT __attribute__((visibility("default")))
enum { NO_REGISTERS = 0 };

EXPORT int qemu_plugin_version = QEMU_API;

typedef struct Block {
  struct Block *next;
  uint64_t address, times;
  size_t count;
  uint32_t words[];
} Block;

static Block *blocks;  // those translated so far, the newest first; QEMU translates one at a time and may translate one again

static void ran(unsigned cpu, void *block) {
  (void)cpu;
  __atomic_fetch_add(&((Block *)block)->times, 1, __ATOMIC_RELAXED);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
  (void)id;
  size_t count = qemu_plugin_tb_n_insns(tb);
  Block *block = calloc(1, sizeof *block + count * sizeof *block->words);
  if (block == NULL) abort();
  block->address = qemu_plugin_tb_vaddr(tb);
  block->count = count;
  for (size_t i = 0; i < count; i++) COPY_WORD(&block->words[i], qemu_plugin_tb_get_insn(tb, i));
  block->next = __atomic_load_n(&blocks, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n(&blocks, &block->next, block, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {}
  qemu_plugin_register_vcpu_tb_exec_cb(tb, ran, NO_REGISTERS, block);
}

static void finish(qemu_plugin_id_t id, void *unused) {
  (void)id, (void)unused;
  const char *path = getenv("RT3D_COUNT_OUT");
  FILE *out = path ? fopen(path, "w") : NULL;
  if (out == NULL) return;  // the reader finds no file and says so
  for (const Block *block = blocks; block != NULL; block = block->next) {
    if (block->times == 0) continue;
    fprintf(out, "%" PRIx64 " %" PRIx64, block->address, block->times);
    for (size_t i = 0; i < block->count; i++) fprintf(out, " %08" PRIx32, block->words[i]);
    fputc('\n', out);
  }
  fputs("end\n", out);
  fclose(out);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv) {
  (void)info, (void)argc, (void)argv;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  qemu_plugin_register_atexit_cb(id, finish, NULL);
  return 0;
}
