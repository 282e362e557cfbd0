/* The structs of Arrow's C data and C stream interfaces, by which libraries hand columns to each
 * other. Own wording of layouts that are fixed elsewhere; the macros are those that every header
 * with these structs uses, so that any two of them get along. */
#ifndef TIGHTLOOP_ARROW_C_H_
#define TIGHTLOOP_ARROW_C_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

/* The type of a column. */
struct ArrowSchema {
  const char* format; /* "c" int8, "C" uint8, ... "g" float64, "b" bool, "u" text, ... */
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*); /* NULL: released, or moved to another struct */
  void* private_data;
};

/* The elements of a column. */
struct ArrowArray {
  int64_t length;
  int64_t null_count; /* -1: not counted yet */
  int64_t offset;     /* elements (bits, of bitmaps) to leave out at the beginning */
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers; /* of numbers and bools: the validity bitmap or NULL, then the elements */
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};

#endif /* ARROW_C_DATA_INTERFACE */

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

/* Chunks of a column, one after the other. */
struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  /* At the end the array is one that is released. */
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};

#endif /* ARROW_C_STREAM_INTERFACE */

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* TIGHTLOOP_ARROW_C_H_ */
