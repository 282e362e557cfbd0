/* The C face of Tightloop: expressions over arrays, for C and for every language that can call C.
 *
 *   double x[3] = {1, 4, 9};
 *   const tl_variable vars[] = {TL_VARIABLE("x", TL_FLOAT64, x, 1, 3)};
 *   tl_array *roots = NULL;
 *   tl_error *error = NULL;
 *   if (tl_evaluate("sqrt(x)", vars, 1, NULL, &roots, 1, &error) == TL_OK) {
 *     tl_tensor out;
 *     tl_array_tensor(roots, &out);   out.data, out.dtype, out.ndim, out.shape
 *   } else {
 *     fputs(error->picture, stderr);
 *   }
 *   tl_array_free(roots);
 *   tl_error_free(error);
 *
 * Rules for all of it. Texts and names are UTF-8 that ends with NUL; null text is an error. Counts
 * are of elements. A function that can fail returns a tl_status and takes, as its last argument,
 * where to put an error, which may be NULL; it is set to NULL where all went well, and what the
 * function would have made is not touched otherwise. What a function makes is freed by the function
 * that is named for it; freeing NULL does nothing. All functions may be called from several threads
 * at once, for one handle too, but for freeing it. No exception leaves the library. */
#ifndef TIGHTLOOP_CAPI_H_
#define TIGHTLOOP_CAPI_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define TL_API __attribute__((visibility("default")))
#else
#define TL_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Grows with every change after which a program has to be compiled again. What is only added does
 * not count: structs that may grow begin with their size, or are made by the library. */
#define TL_ABI_VERSION 1
TL_API int32_t tl_abi_version(void);
/* The library's version, "0.1.0". Static, as all strings that functions here return. */
TL_API const char* tl_version(void);

/* ---- Codes ---- */

typedef int32_t tl_status;
enum {
  TL_OK = 0,
  TL_SYNTAX = 1,       /* the text is no expression */
  TL_NAME = 2,         /* an unknown variable, function, dtype or keyword */
  TL_TYPE = 3,         /* no meaning for these dtypes, a refused cast, a format that is refused */
  TL_SHAPE = 4,        /* shapes that do not broadcast, an axis out of range */
  TL_VALUE = 5,        /* a bad argument */
  TL_OVERFLOW = 6,     /* an integer past 64 bits, or past what its destination holds */
  TL_ARITHMETIC = 7,   /* an event that tl_options.raise names */
  TL_FILE = 8,         /* a file, or a stream of Arrow's, that cannot be read */
  TL_LIMIT = 9,        /* a hard limit, or one of the options, was passed */
  TL_UNSUPPORTED = 10, /* valid, but nothing here can do it */
  TL_MEMORY = 11,      /* memory could not be had */
  TL_STOPPED = 12,     /* tl_options.stop ended the evaluation */
  TL_INTERNAL = 13     /* a fault of the library, never the caller's */
};
/* "ok", "syntax", ...; "unknown" for other numbers. */
TL_API const char* tl_status_name(tl_status status);

/* An error. Made by the library; everything is there as long as the error is. */
typedef struct tl_error {
  size_t size; /* of this struct, in the library */
  tl_status code;
  int32_t reserved;
  const char* message; /* "unknown variable 'aa'" */
  const char* hint;    /* "did you mean 'a'?", or "" */
  const char* source;  /* the expression, or "" */
  size_t span_begin;   /* the bytes [span_begin, span_end) of source that the message is about; */
  size_t span_end;     /* both equal where there are none */
  const char* picture; /* several lines: the message, the source with a mark, the hint */
} tl_error;
TL_API void tl_error_free(tl_error* error);

typedef int32_t tl_dtype;
enum {
  TL_BOOL = 1, /* one byte, 0 or 1 */
  TL_INT8 = 2,
  TL_INT16 = 3,
  TL_INT32 = 4,
  TL_INT64 = 5,
  TL_UINT8 = 6,
  TL_UINT16 = 7,
  TL_UINT32 = 8,
  TL_UINT64 = 9,
  TL_FLOAT16 = 10,
  TL_BFLOAT16 = 11,
  TL_FLOAT32 = 12,
  TL_FLOAT64 = 13,
  TL_COMPLEX64 = 14, /* two floats: real, imaginary */
  TL_COMPLEX128 = 15,
  TL_FLOAT8_E4M3FN = 16, /* OCP OFP8; no infinity */
  TL_FLOAT8_E5M2 = 17
};
/* "bool", "int8", ...; "unknown" for other numbers. */
TL_API const char* tl_dtype_name(tl_dtype dtype);
/* Bytes of an element; 0 for other numbers. */
TL_API size_t tl_dtype_size(tl_dtype dtype);

/* ---- Arrays ---- */

#define TL_MAX_NDIM 16

enum {
  TL_READ_ONLY = 1, /* nothing is written to it: no destination */
  TL_WEAK = 2,      /* a number, not an array: it does not widen what it meets, as a literal does
                       not. Its dtype is bool, int64, uint64, float64 or complex128; no dimensions */
  TL_STRIDED = 4,   /* strides are given; else the elements stand in C order without gaps */
  TL_SWAPPED = 8    /* the byte order is not the machine's */
};

/* Memory that holds elements; says nothing of who owns it. Any alignment. */
typedef struct tl_tensor {
  void* data; /* of element (0, ..., 0) */
  tl_dtype dtype;
  int32_t ndim; /* 0 to TL_MAX_NDIM */
  uint32_t flags;
  int32_t reserved; /* 0 */
  int64_t shape[TL_MAX_NDIM];
  int64_t strides[TL_MAX_NDIM]; /* bytes; any sign, 0 too. Read only with TL_STRIDED */
} tl_tensor;

/* Initialisers, for C and C++: TL_TENSOR(TL_UINT8, frames, 3, 400, 370, 370). `ndim` is a number
 * from 1 on, and as many extents follow. TL_NUMBER(TL_FLOAT64, &k) is the number at an address. */
#define TL_TENSOR(dtype, data, ndim, ...)                  \
  {                                                        \
    (void*)(data), (dtype), (ndim), 0, 0, {__VA_ARGS__}, { \
      0                                                    \
    }                                                      \
  }
#define TL_NUMBER(dtype, address)                    \
  {                                                  \
    (void*)(address), (dtype), 0, TL_WEAK, 0, {0}, { \
      0                                              \
    }                                                \
  }

/* An array of the library's, or one that was handed to it. */
typedef struct tl_array tl_array;
TL_API void tl_array_free(tl_array* array);
/* Says where the elements are, as long as the array is. Results stand in C order without gaps, on a
 * boundary of 64 bytes, and may be written to. */
TL_API void tl_array_tensor(const tl_array* array, tl_tensor* tensor);
/* Says which elements are not null: bools of the array's shape. False, and nothing written, where
 * the array has no nulls, which only columns of Arrow's bring. */
TL_API bool tl_array_valid(const tl_array* array, tl_tensor* valid);
/* Copies elements into a new array. */
TL_API tl_status tl_array_copy(const tl_tensor* tensor, tl_array** array, tl_error** error);

/* A name of the expression and what it stands for: an array where one is given, else memory, which
 * is borrowed for the call. */
typedef struct tl_variable {
  const char* name;
  tl_tensor tensor;
  const tl_array* array;
} tl_variable;
#define TL_VARIABLE(name, dtype, data, ndim, ...) \
  { (name), TL_TENSOR(dtype, data, ndim, __VA_ARGS__), NULL }
#define TL_NUMBER_VARIABLE(name, dtype, address) \
  { (name), TL_NUMBER(dtype, address), NULL }
#define TL_ARRAY_VARIABLE(name, array) \
  { (name), {NULL, 0, 0, 0, 0, {0}, {0}}, (array) }

/* ---- Options ---- */

enum { TL_PROMOTION_EXACT = 0, TL_PROMOTION_NUMPY = 1, TL_PROMOTION_NUMEXPR = 2 };
enum { TL_FP_STRICT = 0, TL_FP_FAST = 1 };
enum { TL_OVERFLOW_BY_PROMOTION = 0, TL_OVERFLOW_WRAP = 1, TL_OVERFLOW_CHECK = 2 };
enum {
  TL_CASTING_STANDARD = 0,
  TL_CASTING_NO = 1,
  TL_CASTING_SAFE = 2,
  TL_CASTING_SAME_KIND = 3,
  TL_CASTING_UNSAFE = 4,
  TL_CASTING_SAME_VALUE = 5,
  TL_CASTING_WRAP = 6,
  TL_CASTING_SATURATE = 7
};
/* Kinds of events; sets of them are joined by |. */
enum {
  TL_EVENT_DIVIDE = 1,   /* a pole: x / 0, log(0); an integer divided by zero */
  TL_EVENT_INVALID = 2,  /* NaN from operands that are none */
  TL_EVENT_OVERFLOW = 4, /* an infinite result of finite operands that is no pole */
  TL_EVENT_UNDERFLOW = 8 /* a result that lost digits because it is too small */
};

/* Where a kind of event happened first. */
typedef struct tl_event {
  int32_t kind;
  int32_t ndim;
  int64_t index[TL_MAX_NDIM]; /* of the element, in the shape of the operation's result */
  size_t span_begin;          /* the bytes of the text that are the operation */
  size_t span_end;
} tl_event;
/* The events of a call, at most one of each kind. */
typedef struct tl_events {
  size_t size; /* sizeof(tl_events): set by the caller */
  int32_t count;
  int32_t reserved;
  tl_event event[4];
} tl_events;

/* What a call did. */
typedef struct tl_stats {
  size_t size;          /* sizeof(tl_stats): set by the caller */
  double parse_seconds; /* 0 where the text was known */
  double type_seconds;
  double plan_seconds;
  double compile_seconds;    /* 0 where every kernel was there */
  double run_seconds;        /* the loops themselves */
  uint64_t peak_extra_bytes; /* the most memory held beyond inputs and results */
  uint64_t bytes_read;
  uint64_t bytes_written;
  int32_t passes; /* over memory */
  int32_t kernels_compiled;
} tl_stats;

/* Runs tasks on threads of the caller's. Its functions are called from any thread, several at a
 * time, and must return normally. */
typedef struct tl_executor {
  size_t size; /* sizeof(tl_executor): set by the caller */
  void* context;
  /* Returns how many threads can run tasks at once, the caller's among them; at least 1. */
  int32_t (*concurrency)(void* context);
  /* Calls task(of_task, i) once for every i below `count`, on at most `threads` threads, the
   * caller's among them, and returns when all are done. Tasks may run tasks. */
  void (*run)(void* context, size_t count, void (*task)(void* of_task, size_t index), void* of_task,
              int32_t threads);
} tl_executor;

/* Functions of the user's own, in the language. */
typedef struct tl_definitions tl_definitions;

/* Begin with TL_OPTIONS_INIT; 0 and NULL are the defaults. A pointer to options may be NULL. */
typedef struct tl_options {
  size_t size; /* sizeof(tl_options) */
  int32_t promotion;
  int32_t fp;
  int32_t overflow;
  int32_t casting;                   /* into destinations, and to `dtype` */
  tl_dtype dtype;                    /* of new arrays; 0: that of the result */
  int32_t threads;                   /* at most so many; 0: all that are allowed */
  uint64_t most_elements;            /* a call that would compute more is TL_LIMIT; 0: no bound */
  uint64_t most_bytes;               /* the same for the bytes of results and kept values */
  const tl_executor* executor;       /* NULL: the library's own threads */
  const tl_definitions* definitions; /* NULL: those of the process */
  /* Once it is true, written by any thread or by a handler of signals, the call ends soon with
   * TL_STOPPED; destinations are partly written then. One byte, 0 or 1. */
  const volatile bool* stop;
  uint32_t raise; /* kinds of events that are TL_ARITHMETIC */
  uint32_t reserved;
  tl_events* events; /* where not NULL: filled in */
  tl_stats* stats;   /* where not NULL: filled in */
} tl_options;
#define TL_OPTIONS_INIT \
  { sizeof(tl_options), 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, 0, 0, NULL, NULL }

/* ---- Evaluation ---- */

/* Evaluates an expression of `count` results (another number is TL_VALUE) into new arrays. */
TL_API tl_status tl_evaluate(const char* text, const tl_variable* variables, size_t variable_count,
                             const tl_options* options, tl_array** results, size_t count,
                             tl_error** error);
/* Evaluates into memory of the caller's, one tensor a result, which may overlap the inputs in any
 * way. The shape is that of the result, or one that it broadcasts to; the dtype converts under
 * tl_options.casting. A result with nulls is TL_VALUE: tl_evaluate has a place for them. */
TL_API tl_status tl_evaluate_into(const char* text, const tl_variable* variables,
                                  size_t variable_count, const tl_options* options,
                                  const tl_tensor* outs, size_t count, tl_error** error);
/* Tells the dtypes and shapes of the results without computing them: their number in `count`, and
 * of the first `room` of them dtype, ndim and shape, with data NULL. */
TL_API tl_status tl_result_types(const char* text, const tl_variable* variables,
                                 size_t variable_count, const tl_options* options, tl_tensor* types,
                                 size_t room, size_t* count, tl_error** error);

/* A name, the dtype of the arrays that it will stand for, and TL_WEAK or 0. */
typedef struct tl_parameter {
  const char* name;
  tl_dtype dtype;
  uint32_t flags;
} tl_parameter;
/* An expression that is parsed and typed once, for any shapes. */
typedef struct tl_function tl_function;
/* Compiles. The function keeps the options, but for events and stats: the executor's context and
 * the flag `stop` must live as long as the function is called. */
TL_API tl_status tl_compile(const char* text, const tl_parameter* parameters,
                            size_t parameter_count, const tl_options* options,
                            tl_function** function, tl_error** error);
TL_API void tl_function_free(tl_function* function);
/* The number of results. */
TL_API size_t tl_function_results(const tl_function* function);
/* Calls with arguments in the order of the parameters; their names are not looked at. Columns with
 * nulls are taken as tl_evaluate takes them; such a call reads the text once more. */
TL_API tl_status tl_call(const tl_function* function, const tl_variable* arguments,
                         size_t argument_count, tl_array** results, size_t count, tl_error** error);
TL_API tl_status tl_call_into(const tl_function* function, const tl_variable* arguments,
                              size_t argument_count, const tl_tensor* outs, size_t count,
                              tl_error** error);

/* A call of a function that is bound to its arrays: what can be known of it is found once, and a
 * run only computes. It shares arrays that are given as handles; other memory is read and written
 * where it was. That memory and the function must be there as long as it is run. Runs of one call
 * may not overlap in time. Columns with nulls are refused. */
typedef struct tl_prepared tl_prepared;
TL_API tl_status tl_prepare(const tl_function* function, const tl_variable* arguments,
                            size_t argument_count, const tl_tensor* outs, size_t count,
                            tl_prepared** prepared, tl_error** error);
TL_API tl_status tl_run(const tl_prepared* prepared, tl_error** error);
TL_API void tl_prepared_free(tl_prepared* prepared);

/* Makes a set of functions; empty at first. */
TL_API tl_status tl_definitions_new(tl_definitions** definitions, tl_error** error);
TL_API void tl_definitions_free(tl_definitions* definitions);
/* Adds functions, "f(x, y=2) = (x - y)**2", to a set, or where it is NULL to the process's. */
TL_API tl_status tl_define(tl_definitions* definitions, const char* text, tl_error** error);

/* ---- Exchange: DLPack 1.x, and Arrow's C data interface ----
 * The structs are in tightloop/dlpack.h and tightloop/arrow_c.h, or in those projects' own headers.
 * What is handed over belongs to the library from then on; where the call fails it is still the
 * caller's. What is handed out is released by its own deleter, and shares the elements. */

struct DLManagedTensorVersioned;
struct ArrowSchema;
struct ArrowArray;
struct ArrowArrayStream;

/* Takes over a tensor in the memory of the CPU. No elements are copied. */
TL_API tl_status tl_from_dlpack(struct DLManagedTensorVersioned* tensor, tl_array** array,
                                tl_error** error);
/* Hands out an array without nulls. Not copied; to be taken as read-only where it was so. */
TL_API tl_status tl_to_dlpack(const tl_array* array, struct DLManagedTensorVersioned** tensor,
                              tl_error** error);
/* Takes over a column of integers, floats or bools; both structs are marked as released. Elements
 * are not copied, but for bools, which are unpacked to a byte each, as validity is. */
TL_API tl_status tl_from_arrow(struct ArrowArray* column, struct ArrowSchema* schema,
                               tl_array** array, tl_error** error);
/* Reads a stream of such columns to its end and makes one array of them: a copy, unless there is
 * only one. The stream is released; where the call fails it is read up to some place. */
TL_API tl_status tl_from_arrow_stream(struct ArrowArrayStream* stream, tl_array** array,
                                      tl_error** error);
/* Hands out an array of one dimension (or none: one row) as a column, its nulls as a bitmap.
 * Elements are not copied, but for bools, which are packed. */
TL_API tl_status tl_to_arrow(const tl_array* array, struct ArrowArray* column,
                             struct ArrowSchema* schema, tl_error** error);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* TIGHTLOOP_CAPI_H_ */
