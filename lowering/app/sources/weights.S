/* The weights of @name@ as a section of the program that links them. */
#if defined(__APPLE__)
  .const_data
  .globl _@name@_weights
  .p2align 6
_@name@_weights:
#else
  .section .rodata.@name@_weights, "a"
  .globl @name@_weights
  .type @name@_weights, %object
  .balign 64
@name@_weights:
#endif
  .incbin "@name@.weights"
#if defined(__linux__) && defined(__ELF__)
  .section .note.GNU-stack, "", %progbits
#endif
