// A column with nulls comes by Arrow's C data interface; nulls stay null in element-wise results,
// and reductions skip them.
#include <stdio.h>
#include <stdlib.h>
#include <tightloop/arrow_c.h>
#include <tightloop/capi.h>

static const float prices[4] = {1.5f, 2.5f, -99.0f, 4.0f};
static const unsigned char there = 0x0b;  // the bits 1101, lowest first: the third is null
static const void *buffers[2] = {&there, prices};

static void release_column(struct ArrowArray *column) { column->release = NULL; }
static void release_schema(struct ArrowSchema *schema) { schema->release = NULL; }

static void check(tl_status status, tl_error *error) {
  if (status == TL_OK) return;
  fprintf(stderr, "%s\n", error->picture);
  exit(1);
}

int main(void) {
  struct ArrowSchema schema = {.format = "f", .flags = ARROW_FLAG_NULLABLE};
  struct ArrowArray column = {.length = 4, .null_count = 1, .n_buffers = 2};
  schema.release = release_schema;
  column.buffers = buffers;
  column.release = release_column;

  tl_error *error = NULL;
  tl_array *price = NULL;
  check(tl_from_arrow(&column, &schema, &price, &error), error);  // not copied

  const tl_variable vars[] = {TL_ARRAY_VARIABLE("price", price)};
  tl_array *results[2];
  check(tl_evaluate("price * 2, mean(price)", vars, 1, NULL, results, 2, &error), error);

  // Out again, by the same interface.
  struct ArrowSchema type;
  struct ArrowArray doubled;
  check(tl_to_arrow(results[0], &doubled, &type, &error), error);
  const unsigned char *valid = doubled.buffers[0];
  const float *values = doubled.buffers[1];
  for (int i = 0; i < 4; ++i) {
    if (valid[i / 8] >> i % 8 & 1) {
      printf("%g\n", values[i]);
    } else {
      printf("null\n");
    }
  }
  tl_tensor mean;
  tl_array_tensor(results[1], &mean);
  printf("mean %.4f\n", *(const float *)mean.data);

  doubled.release(&doubled);
  type.release(&type);
  tl_array_free(results[0]);
  tl_array_free(results[1]);
  tl_array_free(price);
  return 0;
}
