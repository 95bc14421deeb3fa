/* The kernels of @name@ as IREE's compiler makes them: version 6 of its executable library, as in IREE 3.13.
 *
 * These are the parts that the runner needs of iree/hal/local/executable_library.h, with its layout and its meaning:
 * Copyright 2021 The IREE Authors, Apache License 2.0 with LLVM Exceptions. */
#ifndef @NAME@_KERNELS_H
#define @NAME@_KERNELS_H

#include <stddef.h>
#include <stdint.h>

enum { LIBRARY_VERSION = 6, LOCAL_PAGE = 4096 };

/* What a kernel may ask of its surroundings: nothing but the processor, which may be zeros. */
typedef struct {
  const uint32_t *constants;
  void *import_thunk;
  const void *import_functions;
  const void **import_contexts;
  uint64_t processor[8];
} kernel_environment;

/* A call of a kernel. */
typedef struct {
  uint32_t size_x, size_y;
  uint16_t size_z;
  uint16_t constant_count;
  uint32_t count_x, count_y;
  uint16_t count_z;
  uint8_t max_concurrency;
  uint8_t binding_count;
  const uint32_t *constants;
  void *const *bindings;
  const size_t *lengths;
} kernel_call;

/* One workgroup of a call. */
typedef struct {
  uint32_t x, y;
  uint16_t z, reserved;
  uint32_t processor;
  void *local_memory;
  uint32_t local_bytes;
} kernel_group;

typedef int (*kernel_function)(const kernel_environment *, const kernel_call *, const kernel_group *);

typedef struct {
  uint64_t flags;
  uint16_t local_pages;
  uint8_t constant_count, binding_count;
  uint32_t size_x, size_y;
  uint16_t size_z, parameter_count;
  uint64_t reserved[5];
} kernel_attributes;

typedef struct {
  uint32_t version;
  const char *name;
  uint32_t features, sanitizer;
} library_header;

typedef struct {
  const library_header *header;
  uint32_t import_count;
  const char *const *imports;
  uint32_t count;
  const kernel_function *functions;
  const kernel_attributes *attributes;
  const void *parameters, *occupancy;
  const char *const *names;
  const void *tags, *parameter_names, *source_locations, *stage_locations;
  uint32_t constant_count;
} kernel_library;

/* In @name@_kernels.o. NULL for a version that it is not of. */
extern const kernel_library *@query@(uint32_t version, const kernel_environment *environment);

#endif
