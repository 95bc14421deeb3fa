/* What the runner of @name@ needs of a processor. */
#ifndef @NAME@_MACHINE_H
#define @NAME@_MACHINE_H

#include <stdbool.h>
#include <stdint.h>
#if defined(__linux__) && defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

/* Whether it has the instructions that the kernels may use. */
static inline bool is_supported(void) {
@supported@
  return true;
}

/* Numbers too small to matter count as zeros while kernels run: they would make the processor slow. Gives the state
 * before. */
static inline uint64_t flush_small(void) {
  uint64_t before = 0;
#if defined(__aarch64__)
  __asm__ __volatile__("mrs %0, fpcr" : "=r"(before));
  __asm__ __volatile__("msr fpcr, %0" : : "r"(before | 0x1080000));
#elif defined(__x86_64__)
  uint32_t state, now;
  __asm__ __volatile__("stmxcsr %0" : "=m"(state));
  now = state | 0x8040;
  __asm__ __volatile__("ldmxcsr %0" : : "m"(now));
  before = state;
#endif
  return before;
}

static inline void restore(uint64_t before) {
#if defined(__aarch64__)
  __asm__ __volatile__("msr fpcr, %0" : : "r"(before));
#elif defined(__x86_64__)
  uint32_t state = (uint32_t)before;
  __asm__ __volatile__("ldmxcsr %0" : : "m"(state));
#else
  (void)before;
#endif
}

#endif
