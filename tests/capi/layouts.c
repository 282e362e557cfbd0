// The layouts that other programs are compiled with: offsets of a 64-bit machine, as DLPack 1.x and
// Arrow's C interfaces fix them, and as the ABI of capi.h does.
#include <tightloop/capi.h>

// Another project's headers of the same structs, before or after ours.
#ifdef BEFORE
#include BEFORE
#endif
#ifdef BEFORE_TOO
#include BEFORE_TOO
#endif
#include <tightloop/arrow_c.h>
#include <tightloop/dlpack.h>
#ifdef AFTER
#include AFTER
#endif
#ifdef AFTER_TOO
#include AFTER_TOO
#endif

#define AT(type, member, offset) \
  _Static_assert(offsetof(type, member) == (offset), #type "." #member)
#define SIZE(type, size) _Static_assert(sizeof(type) == (size), #type)

AT(DLTensor, data, 0);
AT(DLTensor, device, 8);
AT(DLTensor, ndim, 16);
AT(DLTensor, dtype, 20);
AT(DLTensor, shape, 24);
AT(DLTensor, strides, 32);
AT(DLTensor, byte_offset, 40);
SIZE(DLTensor, 48);
SIZE(DLDataType, 4);
SIZE(DLDevice, 8);
SIZE(DLPackVersion, 8);
AT(DLManagedTensorVersioned, version, 0);
AT(DLManagedTensorVersioned, manager_ctx, 8);
AT(DLManagedTensorVersioned, deleter, 16);
AT(DLManagedTensorVersioned, flags, 24);
AT(DLManagedTensorVersioned, dl_tensor, 32);
SIZE(DLManagedTensorVersioned, 80);

AT(struct ArrowSchema, format, 0);
AT(struct ArrowSchema, metadata, 16);
AT(struct ArrowSchema, flags, 24);
AT(struct ArrowSchema, n_children, 32);
AT(struct ArrowSchema, dictionary, 48);
AT(struct ArrowSchema, release, 56);
SIZE(struct ArrowSchema, 72);
AT(struct ArrowArray, length, 0);
AT(struct ArrowArray, null_count, 8);
AT(struct ArrowArray, offset, 16);
AT(struct ArrowArray, n_buffers, 24);
AT(struct ArrowArray, buffers, 40);
AT(struct ArrowArray, dictionary, 56);
AT(struct ArrowArray, release, 64);
SIZE(struct ArrowArray, 80);
AT(struct ArrowArrayStream, get_next, 8);
AT(struct ArrowArrayStream, release, 24);
SIZE(struct ArrowArrayStream, 40);

AT(tl_tensor, dtype, 8);
AT(tl_tensor, ndim, 12);
AT(tl_tensor, flags, 16);
AT(tl_tensor, shape, 24);
AT(tl_tensor, strides, 152);
SIZE(tl_tensor, 280);
AT(tl_variable, tensor, 8);
AT(tl_variable, array, 288);
SIZE(tl_variable, 296);
AT(tl_error, code, 8);
AT(tl_error, message, 16);
AT(tl_error, span_begin, 40);
AT(tl_error, picture, 56);
AT(tl_options, promotion, 8);
AT(tl_options, dtype, 24);
AT(tl_options, most_elements, 32);
AT(tl_options, executor, 48);
AT(tl_options, stop, 64);
AT(tl_options, raise, 72);
AT(tl_options, stats, 88);
SIZE(tl_options, 96);
AT(tl_event, index, 8);
AT(tl_event, span_begin, 136);
SIZE(tl_events, 16 + 4 * 152);
AT(tl_stats, passes, 72);
SIZE(tl_stats, 80);
SIZE(tl_executor, 32);
SIZE(tl_parameter, 16);
_Static_assert(sizeof(bool) == 1, "bool");

// The macros, in C.
int use_macros(void);
int use_macros(void) {
  static const double x[2] = {1, 2};
  static const double k = 3;
  const tl_variable vars[] = {TL_VARIABLE("x", TL_FLOAT64, x, 1, 2),
                              TL_NUMBER_VARIABLE("k", TL_FLOAT64, &k),
                              TL_ARRAY_VARIABLE("r", NULL)};
  const tl_options options = TL_OPTIONS_INIT;
  return (int)vars[0].tensor.shape[0] + (int)options.threads;
}
