/* What an inference of @name@ is: kernels in stages, and where in memory they read and write. */
#ifndef @NAME@_SCHEDULE_H
#define @NAME@_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

@counts@

enum { KERNEL, COPY, FILL };
enum { WEIGHTS, VALUES, FIRST_INPUT, FIRST_STATE = FIRST_INPUT + INPUTS };

/* Bytes of the weights, of the block of values, of an input, or of the states that so many steps ago were written. */
typedef struct {
  uint32_t buffer;
  size_t offset, bytes;
} binding;

/* A kernel and its workgroups, a copy (of the second binding into the first) or a fill. The last four are the first of
 * its bindings and constants, and how many it has. */
typedef struct {
  uint32_t kind, kernel, groups[3], binding;
  uint8_t bindings;
  uint32_t constant;
  uint16_t constants;
} step;

/* Its first step, and the workgroups of all its steps. */
typedef struct {
  uint32_t step, groups;
} stage;

/* The head of the weights file. */
static const unsigned char identity[] = {
@identity@
};

static const char *const kernels[KERNELS] = {
@kernels@
};

static const uint32_t constants[] = {
@constants@
};

static const binding bindings[BINDINGS] = {
@bindings@
};

/* Behind the steps come those that fill the states before the first step. */
static const step steps[STEPS + RESETS] = {
@steps@
};

static const stage stages[STAGES] = {
@stages@
};

#endif
