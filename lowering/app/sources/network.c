/* The runner of @name@. @name@.h says how to call it.
 *
 * An inference is a list of stages, in @name@_schedule.h. The kernels of a stage may run at the same time, in workgroups
 * that the threads take one by one. All memory is taken by init; the values between kernels lie in one block of it, in
 * places that are used again. */
#define _POSIX_C_SOURCE 200809L
#include "@name@.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "@name@_kernels.h"
#include "@name@_machine.h"
#include "@name@_schedule.h"

/* SHARES: parts of a stage for each thread, at least, where it has so many workgroups. */
enum { MAX_THREADS = 64, SPINS = 20000, SHARES = 16 };

typedef struct @name@_network network;

typedef struct {
  network *owner;
  int place;
} worker;

struct @name@_network {
  const unsigned char *weights;
  size_t mapped; /* bytes of the weights file in memory, 0 if the weights are the caller's */
  unsigned char *values;
  unsigned char *states[RING]; /* of a stream, as the steps in turn write them */
  unsigned now;                /* the one that the next step writes */
  unsigned char *local; /* local_bytes for each thread */
  uint32_t local_bytes;
  const unsigned char *inputs[INPUTS];
  kernel_environment environment;
  kernel_function functions[KERNELS];
  kernel_call calls[STEPS];
  void *bindings[BINDINGS];
  size_t lengths[BINDINGS];
  atomic_uint taken[STAGES], ended[STAGES]; /* workgroups that threads took, and threads that found none left */
  unsigned before;                          /* stages of all earlier runs */
  atomic_uint runs, done;                   /* runs that began, and stages that ended, of all runs */
  atomic_int waiting, failed, closing;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  int threads, started; /* the caller's thread is the first */
  pthread_t ids[MAX_THREADS];
  worker workers[MAX_THREADS];
};

/* Waits until a counter has come to a number: for some microseconds without sleeping, since stages are short. */
static void await(network *n, atomic_uint *counter, unsigned number) {
  for (int i = 0; i < SPINS; i++) {
    if ((int)(atomic_load(counter) - number) >= 0) return;
  }
  pthread_mutex_lock(&n->mutex);
  atomic_fetch_add(&n->waiting, 1);
  while ((int)(atomic_load(counter) - number) < 0) pthread_cond_wait(&n->changed, &n->mutex);
  atomic_fetch_sub(&n->waiting, 1);
  pthread_mutex_unlock(&n->mutex);
}

static void announce(network *n, atomic_uint *counter, unsigned number) {
  atomic_store(counter, number);
  if (atomic_load(&n->waiting) == 0) return;
  pthread_mutex_lock(&n->mutex);
  pthread_cond_broadcast(&n->changed);
  pthread_mutex_unlock(&n->mutex);
}

static void fill(unsigned char *to, size_t bytes, const step *s) {
  for (size_t i = 0; i < bytes; i++) to[i] = (unsigned char)(constants[s->constant + i % s->constants]);
}

/* Computes a workgroup of a step. */
static void compute(network *n, const step *s, uint32_t number, int place) {
  void *const *bindings = &n->bindings[s->binding];
  if (s->kind == COPY) {
    memmove(bindings[0], bindings[1], n->lengths[s->binding]);
  } else if (s->kind == FILL) {
    fill(bindings[0], n->lengths[s->binding], s);
  } else {
    const uint32_t x = s->groups[0], y = s->groups[1];
    unsigned char *local = n->local + (size_t)place * n->local_bytes;
    const kernel_group group = {number % x, number / x % y, (uint16_t)(number / x / y), 0, (uint32_t)place, local,
                                n->local_bytes};
    if (n->functions[s->kernel](&n->environment, &n->calls[s - steps], &group)) atomic_store(&n->failed, 1);
  }
}

/* A thread's part of a run. */
static void work(network *n, int place) {
  const uint64_t state = flush_small();
  const unsigned before = n->before;
  for (unsigned i = 0; i < STAGES; i++) {
    /* Several at a time where there are many, which are short then. */
    const uint32_t count = stages[i].groups, some = 1 + count / (SHARES * (uint32_t)n->threads);
    uint32_t first;
    while ((first = atomic_fetch_add(&n->taken[i], some)) < count) {
      for (uint32_t at = first; at < first + some && at < count; at++) {
        const step *s = &steps[stages[i].step];
        uint32_t number = at;
        for (; number >= s->groups[0] * s->groups[1] * s->groups[2]; s++) {
          number -= s->groups[0] * s->groups[1] * s->groups[2];
        }
        compute(n, s, number, place);
      }
    }
    if (atomic_fetch_add(&n->ended[i], 1) + 1 == (unsigned)n->threads) {
      announce(n, &n->done, before + i + 1);
    } else {
      await(n, &n->done, before + i + 1);
    }
  }
  restore(state);
}

static void *serve(void *given) {
  const worker *own = given;
  for (unsigned run = 1;; run++) {
    await(own->owner, &own->owner->runs, run);
    if (atomic_load(&own->owner->closing)) return NULL;
    work(own->owner, own->place);
  }
}

static unsigned char *state(const network *n, const binding *b) {
  return n->states[(n->now + RING - (b->buffer - FIRST_STATE)) % RING] + b->offset;
}

/* Points the bindings to their memory: those of inputs and states in every run, all of them in init. */
static void point(network *n, bool all) {
  for (int i = 0; i < BINDINGS; i++) {
    const binding *b = &bindings[i];
    if (b->buffer == WEIGHTS && all) n->bindings[i] = (void *)(uintptr_t)(n->weights + b->offset);
    if (b->buffer == VALUES && all) n->bindings[i] = n->values + b->offset;
    if (b->buffer >= FIRST_STATE) {
      n->bindings[i] = state(n, b);
    } else if (b->buffer >= FIRST_INPUT) {
      n->bindings[i] = (void *)(uintptr_t)(n->inputs[b->buffer - FIRST_INPUT] + b->offset);
    }
  }
}

/* An input where kernels can read it: as it lies if it is aligned, else in a copy. */
static const unsigned char *aligned(network *n, const void *given, size_t place, size_t bytes) {
  if ((uintptr_t)given % @NAME@_ALIGNMENT == 0) return given;
  return memcpy(n->values + place, given, bytes);
}

/* Finds the kernels in the object, and how much memory their workgroups want. */
static int find_kernels(network *n) {
  const kernel_library *library = @query@(LIBRARY_VERSION, &n->environment);
  if (!library || library->header->version != LIBRARY_VERSION) return @NAME@_WRONG_KERNELS;
  if (library->import_count || library->constant_count) return @NAME@_WRONG_KERNELS;
  uint32_t pages = 0;
  for (int i = 0; i < KERNELS; i++) {
    uint32_t at = 0;
    while (at < library->count && strcmp(library->names[at], kernels[i])) at++;
    if (at == library->count) return @NAME@_WRONG_KERNELS;
    n->functions[i] = library->functions[at];
    if (library->attributes && library->attributes[at].local_pages > pages) pages = library->attributes[at].local_pages;
  }
  n->local_bytes = pages * LOCAL_PAGE;
  return @NAME@_OK;
}

static void prepare_calls(network *n) {
  for (int i = 0; i < BINDINGS; i++) n->lengths[i] = bindings[i].bytes;
  for (int i = 0; i < STEPS; i++) {
    const step *s = &steps[i];
    n->calls[i] = (kernel_call){.size_x = 1, .size_y = 1, .size_z = 1, .max_concurrency = (uint8_t)n->threads};
    n->calls[i].count_x = s->groups[0];
    n->calls[i].count_y = s->groups[1];
    n->calls[i].count_z = (uint16_t)s->groups[2];
    n->calls[i].constant_count = s->constants;
    n->calls[i].constants = &constants[s->constant];
    n->calls[i].binding_count = s->bindings;
    n->calls[i].bindings = &n->bindings[s->binding];
    n->calls[i].lengths = &n->lengths[s->binding];
  }
}

/* The states of a stream as they are before the first step. */
static void forget(network *n) {
  for (int i = 0; i < RESETS; i++) {
    const binding *b = &bindings[steps[STEPS + i].binding];
    fill(state(n, b), b->bytes, &steps[STEPS + i]);
  }
}

/* Takes the memory and starts the threads. */
static int start(network *n) {
  void *memory = NULL;
  if (!is_supported()) return @NAME@_WRONG_PROCESSOR;
  if (memcmp(n->weights, identity, sizeof identity)) return @NAME@_WRONG_WEIGHTS;
  const int error = find_kernels(n);
  if (error) return error;
  const size_t bytes = VALUES_BYTES + RING * STATE_BYTES + (size_t)n->threads * n->local_bytes;
  if (posix_memalign(&memory, @NAME@_ALIGNMENT, bytes)) return @NAME@_NO_MEMORY;
  n->values = memory;
  for (int i = 0; i < RING; i++) n->states[i] = n->values + VALUES_BYTES + (size_t)i * STATE_BYTES;
  n->local = n->states[RING - 1] + STATE_BYTES;
  prepare_calls(n);
  point(n, true);
  forget(n);
  for (int i = 1; i < n->threads; i++) {
    n->workers[i] = (worker){n, i};
    if (pthread_create(&n->ids[i], NULL, serve, &n->workers[i])) return @NAME@_NO_THREADS;
    n->started = i;
  }
  return @NAME@_OK;
}

static int create(@name@_network **made, const void *weights, size_t mapped, int threads) {
  void *memory = NULL;
  if (posix_memalign(&memory, @NAME@_ALIGNMENT, sizeof(network))) {
    if (mapped) munmap((void *)(uintptr_t)weights, mapped);
    return @NAME@_NO_MEMORY;
  }
  network *n = memset(memory, 0, sizeof(network));
  n->weights = weights;
  n->mapped = mapped;
  n->threads = threads;
  pthread_mutex_init(&n->mutex, NULL);
  pthread_cond_init(&n->changed, NULL);
  const int error = start(n);
  if (error) {
    @name@_free(n);
  } else {
    *made = n;
  }
  return error;
}

int @name@_init(@name@_network **made, const char *weights_file, int threads) {
  struct stat about;
  if (!made) return @NAME@_WRONG_ARGUMENT;
  *made = NULL;
  if (!weights_file || threads < 1 || threads > MAX_THREADS) return @NAME@_WRONG_ARGUMENT;
  const int file = open(weights_file, O_RDONLY | O_CLOEXEC);
  if (file < 0) return @NAME@_NO_FILE;
  if (fstat(file, &about) || about.st_size != @NAME@_WEIGHTS_BYTES) {
    close(file);
    return @NAME@_WRONG_WEIGHTS;
  }
  void *weights = mmap(NULL, @NAME@_WEIGHTS_BYTES, PROT_READ, MAP_PRIVATE, file, 0);
  close(file);
  if (weights == MAP_FAILED) return @NAME@_NO_FILE;
  return create(made, weights, @NAME@_WEIGHTS_BYTES, threads);
}

int @name@_init_from_memory(@name@_network **made, const void *weights, size_t bytes, int threads) {
  if (!made) return @NAME@_WRONG_ARGUMENT;
  *made = NULL;
  if (!weights || (uintptr_t)weights % @NAME@_ALIGNMENT) return @NAME@_WRONG_ARGUMENT;
  if (threads < 1 || threads > MAX_THREADS) return @NAME@_WRONG_ARGUMENT;
  if (bytes != @NAME@_WEIGHTS_BYTES) return @NAME@_WRONG_WEIGHTS;
  return create(made, weights, 0, threads);
}

int @name@_@call@(@name@_network *n, @parameters@) {
  if (!n@or_null@) return @NAME@_WRONG_ARGUMENT;
@take_inputs@
  point(n, false);
  for (int i = 0; i < STAGES; i++) {
    atomic_store(&n->taken[i], 0);
    atomic_store(&n->ended[i], 0);
  }
  atomic_store(&n->failed, 0);
  announce(n, &n->runs, atomic_load(&n->runs) + 1);
  work(n, 0);
  n->before += STAGES;
  if (atomic_load(&n->failed)) return @NAME@_FAILED;
@give_outputs@
  n->now = (n->now + 1) % RING;
  return @NAME@_OK;
}

void @name@_free(@name@_network *n) {
  if (!n) return;
  atomic_store(&n->closing, 1);
  announce(n, &n->runs, atomic_load(&n->runs) + 1);
  for (int i = 1; i <= n->started; i++) pthread_join(n->ids[i], NULL);
  pthread_cond_destroy(&n->changed);
  pthread_mutex_destroy(&n->mutex);
  if (n->mapped) munmap((void *)(uintptr_t)n->weights, n->mapped);
  free(n->values);
  free(n);
}

const char *@name@_error(int code) {
  static const char *const texts[] = {
      "no error",
      "an argument is NULL or out of its bounds, or the weights in memory are not aligned to 64 bytes",
      "the weights file cannot be opened or mapped",
      "the weights are not those of this network: use the @name@.weights that was written with this source",
      "the kernels are not those of this network: link the @name@_kernels.o that was written with this source",
      "this processor lacks instructions of the one that the network was compiled for",
      "there is not enough memory",
      "a thread cannot be started",
      "a kernel failed",
  };
  const int count = (int)(sizeof texts / sizeof *texts);
  return code >= 0 && code < count ? texts[code] : "an unknown error";
}
@reset_function@@label_function@
