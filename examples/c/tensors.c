// A tensor goes to and fro by DLPack without a copy; another thread stops an evaluation.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <tightloop/capi.h>
#include <tightloop/dlpack.h>

static volatile bool stop = false;

static void *stop_soon(void *unused) {
  (void)unused;
  stop = true;
  return NULL;
}

static void free_tensor(DLManagedTensorVersioned *tensor) {
  puts("the input is freed");
  free(tensor);
}

int main(void) {
  static int64_t shape[2] = {2, 2};
  static float data[4] = {1, 2, 3, 4};
  DLManagedTensorVersioned *in = calloc(1, sizeof *in);
  if (in == NULL) return 1;
  in->version.major = DLPACK_MAJOR_VERSION;
  in->deleter = free_tensor;
  in->dl_tensor.data = data;
  in->dl_tensor.device.device_type = kDLCPU;
  in->dl_tensor.ndim = 2;
  in->dl_tensor.dtype.code = kDLFloat;
  in->dl_tensor.dtype.bits = 32;
  in->dl_tensor.dtype.lanes = 1;
  in->dl_tensor.shape = shape;

  tl_array *x = NULL;
  tl_array *y = NULL;
  DLManagedTensorVersioned *out = NULL;
  if (tl_from_dlpack(in, &x, NULL)) return 1;
  const tl_variable vars[] = {TL_ARRAY_VARIABLE("x", x)};
  if (tl_evaluate("x.T > 1.5", vars, 1, NULL, &y, 1, NULL)) return 1;
  tl_array_free(x);
  if (tl_to_dlpack(y, &out, NULL)) return 1;
  tl_array_free(y);  // the tensor has a share of the elements
  const bool *bools = out->dl_tensor.data;
  printf("%d %d\n%d %d\n", bools[0], bools[1], bools[2], bools[3]);
  out->deleter(out);

  // A hundred thousand million elements, which somebody stops.
  pthread_t thread;
  tl_options options = TL_OPTIONS_INIT;
  options.stop = &stop;
  if (pthread_create(&thread, NULL, stop_soon, NULL)) return 1;
  const char *text = "sum(sqrt(broadcast_to(2.0, (100000, 1000000)) * k))";
  const double k = 2;
  const tl_variable number[] = {TL_NUMBER_VARIABLE("k", TL_FLOAT64, &k)};
  tl_array *sum = NULL;
  const tl_status status = tl_evaluate(text, number, 1, &options, &sum, 1, NULL);
  pthread_join(thread, NULL);
  printf("%s\n", tl_status_name(status));
  return 0;
}
