/* The network @run@ for @target@, written by @made@.
 *
@about@
 *
 * An instance is used by one thread at a time; several instances run at the same time, and share the memory of a
 * weights file. Nothing but init takes memory. Functions give @NAME@_OK or another of the codes below. */
#ifndef @NAME@_H
#define @NAME@_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define @NAME@_ALIGNMENT 64
#define @NAME@_WEIGHTS_BYTES @weights_bytes@

@arrays@

enum @name@_code {
  @NAME@_OK = 0,
  @NAME@_WRONG_ARGUMENT = 1,
  @NAME@_NO_FILE = 2,
  @NAME@_WRONG_WEIGHTS = 3,
  @NAME@_WRONG_KERNELS = 4,
  @NAME@_WRONG_PROCESSOR = 5,
  @NAME@_NO_MEMORY = 6,
  @NAME@_NO_THREADS = 7,
  @NAME@_FAILED = 8
};

/* What a code means, in English. */
const char *@name@_error(int code);

/* One instance of the network, with its memory and threads. */
typedef struct @name@_network @name@_network;

/* Makes an instance that computes on 1 to 64 threads, the caller's among them. *made is NULL after an error.
 * weights_file: the path of @name@.weights, which is mapped into memory. */
int @name@_init(@name@_network **made, const char *weights_file, int threads);

/* The same with weights that are in memory already, aligned to @NAME@_ALIGNMENT bytes. They must stay there. */
int @name@_init_from_memory(@name@_network **made, const void *weights, size_t bytes, int threads);

/* The weights where @name@_weights.S is linked: @NAME@_WEIGHTS_BYTES bytes for @name@_init_from_memory. */
extern const unsigned char @name@_weights[];

@call_about@
 * Arrays are in row-major order. Inputs that are aligned to @NAME@_ALIGNMENT bytes are read where they lie, others are
 * copied first. */
int @name@_@call@(@name@_network *network, @parameters@);
@reset_declaration@
/* Ends the threads and gives the memory back. NULL is allowed. */
void @name@_free(@name@_network *network);
@label_declaration@
#ifdef __cplusplus
}
#endif

#endif
