/* Runs @name@: WEIGHTS THREADS INSTANCES RUNS INPUT... OUTPUT... (files of raw values). Each instance lives in a thread of
 * its own and computes RUNS times; every answer must be the same. An error of the network is the exit code. */
#include "@name@.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARRAYS = @arrays@, INPUTS = @inputs@, MOST = 8 };
static const size_t sizes[ARRAYS] = {@sizes@};
static char **words;
static unsigned char *given[ARRAYS];

typedef struct {
  unsigned char *arrays[ARRAYS];
  unsigned char *memory[ARRAYS];
  int place, code;
} instance;

static int compute(instance *own, @name@_network *network) {
  unsigned char *x[ARRAYS];
  memcpy(x, own->arrays, sizeof x);
  return @name@_run(network, @arguments@);
}

static void *live(void *data) {
  instance *own = data;
  @name@_network *network = NULL;
  own->code = @name@_init(&network, words[1], atoi(words[2]));
  for (int i = 0; i < ARRAYS; i++) { /* inputs of odd instances are not aligned */
    own->memory[i] = malloc(sizes[i] + 128);
    own->arrays[i] = own->memory[i] + 64 - (size_t)own->memory[i] % 64 + (own->place % 2 ? 4 : 0);
    if (i < INPUTS) memcpy(own->arrays[i], given[i], sizes[i]);
  }
  for (int run = 0; run < atoi(words[4]) && !own->code; run++) {
    own->code = compute(own, network);
    for (int i = INPUTS; i < ARRAYS && !own->code; i++) {
      if (run == 0 && own->place == 0) memcpy(given[i], own->arrays[i], sizes[i]);
      if (own->place == 0 && memcmp(given[i], own->arrays[i], sizes[i])) own->code = 99;
    }
  }
  @name@_free(network);
  return NULL;
}

int main(int count, char **arguments) {
  static instance all[MOST];
  pthread_t threads[MOST];
  const int instances = count > 4 ? atoi(arguments[3]) : 0;
  words = arguments;
  if (count != 5 + ARRAYS || instances > MOST) return 98;
  for (int i = 0; i < ARRAYS; i++) {
    given[i] = calloc(1, sizes[i]);
    if (i >= INPUTS) continue;
    FILE *file = fopen(arguments[5 + i], "rb");
    if (!file || fread(given[i], 1, sizes[i], file) != sizes[i]) return 97;
    fclose(file);
  }
  for (int i = 0; i < instances; i++) {
    all[i].place = i;
    if (pthread_create(&threads[i], NULL, live, &all[i])) return 96;
  }
  int code = 0;
  for (int i = 0; i < instances; i++) {
    pthread_join(threads[i], NULL);
    if (all[i].code) code = all[i].code;
    for (int j = 0; j < ARRAYS; j++) {
      if (j >= INPUTS && memcmp(given[j], all[i].arrays[j], sizes[j]) && !code) code = 99;
      free(all[i].memory[j]);
    }
  }
  if (code) fprintf(stderr, "%s\n", @name@_error(code));
  for (int i = 0; i < ARRAYS; i++) {
    if (i >= INPUTS && !code) {
      FILE *file = fopen(arguments[5 + i], "wb");
      if (!file || fwrite(given[i], 1, sizes[i], file) != sizes[i]) return 95;
      fclose(file);
    }
    free(given[i]);
  }
  return code;
}
