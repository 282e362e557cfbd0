// An expression that is compiled once and called for many arrays, into memory of the caller's, with
// options; and how a mistake is shown.
#include <stdio.h>
#include <tightloop/capi.h>

enum { COUNT = 4 };

static int show(tl_error *error) {
  fprintf(stderr, "%s (%s)\n", error->picture, tl_status_name(error->code));
  tl_error_free(error);
  return 1;
}

int main(void) {
  tl_error *error = NULL;
  tl_options options = TL_OPTIONS_INIT;
  options.threads = 1;

  const tl_parameter parameters[] = {{"x", TL_FLOAT32, 0}, {"k", TL_FLOAT64, TL_WEAK}};
  tl_function *scale = NULL;
  if (tl_compile("k * x + 1, max(x)", parameters, 2, &options, &scale, &error)) return show(error);

  for (int round = 1; round <= 2; ++round) {
    float x[COUNT] = {1, 2, 3, 4 * (float)round};
    const double k = 0.5 * round;
    float scaled[COUNT];
    float largest;
    const tl_variable arguments[] = {
        TL_VARIABLE("x", TL_FLOAT32, x, 1, COUNT),
        TL_NUMBER_VARIABLE("k", TL_FLOAT64, &k),
    };
    const tl_tensor outs[] = {
        TL_TENSOR(TL_FLOAT32, scaled, 1, COUNT),
        {.data = &largest, .dtype = TL_FLOAT32},
    };
    if (tl_call_into(scale, arguments, 2, outs, 2, &error)) return show(error);
    printf("%g %g %g %g, of at most %g\n", scaled[0], scaled[1], scaled[2], scaled[3], largest);
  }
  tl_function_free(scale);

  // The code, the place in the text and the hint are fields of the error.
  tl_array *nothing = NULL;
  if (tl_evaluate("sum(y)", NULL, 0, NULL, &nothing, 1, &error) == TL_OK) return 1;
  printf("%s: %s, bytes %zu to %zu\n", tl_status_name(error->code), error->message,
         error->span_begin, error->span_end);
  tl_error_free(error);
  return 0;
}
