// The common job in three functions: evaluate text over memory, look at the result, free it.
#include <stdio.h>
#include <tightloop/capi.h>

int main(void) {
  const uint8_t a[2][3] = {{3, 200, 7}, {0, 1, 255}};
  const uint8_t b[3] = {10, 100, 9};
  const tl_variable vars[] = {
      TL_VARIABLE("a", TL_UINT8, a, 2, 2, 3),
      TL_VARIABLE("b", TL_UINT8, b, 1, 3),
  };

  tl_array *sums = NULL;
  tl_error *error = NULL;
  if (tl_evaluate("sum(abs(a - b), axis=1)", vars, 2, NULL, &sums, 1, &error) != TL_OK) {
    fprintf(stderr, "%s\n", error->picture);
    tl_error_free(error);
    return 1;
  }
  tl_tensor out;
  tl_array_tensor(sums, &out);
  const uint64_t *values = out.data;
  for (int64_t i = 0; i < out.shape[0]; ++i) {
    printf("%llu\n", (unsigned long long)values[i]);
  }
  tl_array_free(sums);
  return 0;
}
