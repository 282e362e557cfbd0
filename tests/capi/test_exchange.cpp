// DLPack tensors and Arrow's columns made by hand: what no other package makes, and what is wrong.
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "capi/owned.hpp"
#include "tightloop/arrow_c.h"
#include "tightloop/dlpack.h"

using namespace capi_test;

namespace {

/// A tensor that counts how often it is deleted.
struct Tensor {
  std::vector<float> data = {1, 2, 3, 4, 5, 6};
  std::int64_t shape[2] = {2, 3};
  std::int64_t strides[2] = {3, 1};
  int deleted = 0;
  DLManagedTensorVersioned managed{};

  Tensor() {
    managed.version = {1, 0};
    managed.manager_ctx = this;
    managed.deleter = [](DLManagedTensorVersioned* t) {
      ++static_cast<Tensor*>(t->manager_ctx)->deleted;
    };
    managed.dl_tensor = {data.data(), {kDLCPU, 0}, 2, {kDLFloat, 32, 1}, shape, strides, 0};
  }
  Tensor(const Tensor&) = delete;
};

void refused(Tensor& t, tl_status code, const std::string& part) {
  tl_array* out = nullptr;
  fail([&](tl_error** e) { return tl_from_dlpack(&t.managed, &out, e); }, code, part);
  CHECK(out == nullptr);
  CHECK(t.deleted == 0);
}

/// A column that counts how often it is released, and its schema.
struct Column {
  std::vector<std::int32_t> data = {10, 20, 30, 40, 50, 60, 70, 80, 90};
  unsigned char bitmap[2] = {0xfb, 0x01};  // 30 is null
  const void* buffers[2] = {bitmap, data.data()};
  int released = 0;
  ArrowArray array{};
  ArrowSchema schema{};

  Column() {
    array.length = 9;
    array.null_count = -1;
    array.n_buffers = 2;
    array.buffers = buffers;
    array.private_data = this;
    array.release = [](ArrowArray* a) {
      ++static_cast<Column*>(a->private_data)->released;
      a->release = nullptr;
    };
    schema.format = "i";
    schema.private_data = this;
    schema.release = [](ArrowSchema* s) {
      static_cast<Column*>(s->private_data)->released += 100;
      s->release = nullptr;
    };
  }
  explicit Column(const float* elements) : Column() {
    buffers[1] = elements;
    schema.format = "f";
  }
  Column(const Column&) = delete;
};

void refused(Column& c, tl_status code, const std::string& part) {
  tl_array* out = nullptr;
  fail([&](tl_error** e) { return tl_from_arrow(&c.array, &c.schema, &out, e); }, code, part);
  CHECK(out == nullptr);
  CHECK(c.released == 0);
}

Owned<tl_array> taken(Column& c) {
  tl_array* out = nullptr;
  succeed([&](tl_error** e) { return tl_from_arrow(&c.array, &c.schema, &out, e); });
  return Owned<tl_array>(out);
}

}  // namespace

TEST_CASE("capi: a tensor of DLPack's is taken over and deleted once") {
  Tensor t;
  t.managed.dl_tensor.byte_offset = 4;
  t.shape[0] = 1;
  tl_array* raw = nullptr;
  succeed([&](tl_error** e) { return tl_from_dlpack(&t.managed, &raw, e); });
  {
    const Owned<tl_array> array(raw);
    CHECK(values<float>(evaluate("x * 2", {TL_ARRAY_VARIABLE("x", array.get())})) ==
          std::vector<float>{4, 6, 8});
    tl_tensor view;
    tl_array_tensor(array.get(), &view);
    CHECK(view.data == t.data.data() + 1);
    CHECK((view.flags & TL_READ_ONLY) == 0);
    // What is handed out keeps it alive.
    DLManagedTensorVersioned* out = nullptr;
    succeed([&](tl_error** e) { return tl_to_dlpack(array.get(), &out, e); });
    tl_array_free(const_cast<Owned<tl_array>&>(array).release());
    CHECK(t.deleted == 0);
    CHECK(out->version.major == 1);
    CHECK(out->dl_tensor.data == t.data.data() + 1);
    CHECK(out->dl_tensor.strides[0] == 3);
    out->deleter(out);
  }
  CHECK(t.deleted == 1);
}

TEST_CASE("capi: no strides mean C order, and a null deleter is allowed") {
  Tensor t;
  t.managed.dl_tensor.strides = nullptr;
  t.managed.flags = DLPACK_FLAG_BITMASK_READ_ONLY;
  t.managed.deleter = nullptr;
  tl_array* raw = nullptr;
  succeed([&](tl_error** e) { return tl_from_dlpack(&t.managed, &raw, e); });
  const Owned<tl_array> array(raw);
  CHECK(values<float>(evaluate("x.T", {TL_ARRAY_VARIABLE("x", array.get())})) ==
        std::vector<float>{1, 4, 2, 5, 3, 6});
  DLManagedTensorVersioned* out = nullptr;
  succeed([&](tl_error** e) { return tl_to_dlpack(array.get(), &out, e); });
  CHECK(out->flags == DLPACK_FLAG_BITMASK_READ_ONLY);
  out->deleter(out);
}

TEST_CASE("capi: every dtype goes out by DLPack as what it is, on a boundary of 64 bytes") {
  const unsigned char codes[] = {kDLBool,          kDLInt,        kDLInt,   kDLInt,     kDLInt,
                                 kDLUInt,          kDLUInt,       kDLUInt,  kDLUInt,    kDLFloat,
                                 kDLBfloat,        kDLFloat,      kDLFloat, kDLComplex, kDLComplex,
                                 kDLFloat8_e4m3fn, kDLFloat8_e5m2};
  for (tl_dtype dtype = TL_BOOL; dtype <= TL_FLOAT8_E5M2; ++dtype) {
    const std::string text =
        std::string("astype(broadcast_to(1, (3, 2)), '") + tl_dtype_name(dtype) + "')";
    const auto array = evaluate(text.c_str(), {});
    DLManagedTensorVersioned* out = nullptr;
    succeed([&](tl_error** e) { return tl_to_dlpack(array.get(), &out, e); });
    const DLTensor& t = out->dl_tensor;
    CHECK(int{t.dtype.code} == int{codes[dtype - 1]});
    CHECK(t.dtype.bits == 8 * tl_dtype_size(dtype));
    CHECK(t.dtype.lanes == 1);
    CHECK(t.ndim == 2);
    CHECK(t.strides[0] == 2);
    CHECK(reinterpret_cast<std::uintptr_t>(t.data) % 64 == 0);
    tl_array* raw = nullptr;  // and comes back
    succeed([&](tl_error** e) { return tl_from_dlpack(out, &raw, e); });
    const Owned<tl_array> back(raw);
    tl_tensor view;
    tl_array_tensor(back.get(), &view);
    CHECK(view.dtype == dtype);
  }
}

TEST_CASE("capi: tensors that cannot be read are refused and stay the caller's") {
  Tensor t;
  const auto original = t.managed;
  const auto with = [&](auto change) -> Tensor& {
    t.managed = original;
    change(t.managed, t.managed.dl_tensor);
    return t;
  };
  refused(with([](auto& m, auto&) { m.version.major = 2; }), TL_UNSUPPORTED, "DLPack 2.0");
  refused(with([](auto&, auto& d) { d.device.device_type = kDLCUDA; }), TL_UNSUPPORTED,
          "memory of CUDA; copy it to the CPU");
  refused(with([](auto&, auto& d) { d.device.device_type = static_cast<DLDeviceType>(99); }),
          TL_UNSUPPORTED, "device type 99");
  const std::pair<DLDataType, const char*> types[] = {
      {{kDLFloat8_e4m3, 8, 1}, "float8_e4m3"},
      {{kDLFloat8_e5m2fnuz, 8, 1}, "float8_e5m2fnuz"},
      {{kDLFloat8_e8m0fnu, 8, 1}, "float8_e8m0fnu"},
      {{kDLFloat4_e2m1fn, 4, 1}, "float4_e2m1fn"},
      {{kDLFloat6_e2m3fn, 6, 1}, "float6_e2m3fn"},
      {{kDLInt, 4, 1}, "int4"},
      {{kDLFloat, 128, 1}, "float128"},
      {{kDLComplex, 32, 1}, "complex32"},
      {{kDLBool, 1, 1}, "bool1"},
      {{kDLOpaqueHandle, 64, 1}, "opaque handles"},
      {{200, 8, 1}, "type code 200"},
      {{kDLFloat, 32, 4}, "4 lanes"}};
  for (const auto& [type, name] : types) {
    const DLDataType wanted = type;
    refused(with([&](auto&, auto& d) { d.dtype = wanted; }), TL_TYPE, name);
  }
  refused(with([](auto&, auto& d) { d.ndim = 64; }), TL_LIMIT, "64 dimensions");
  refused(with([](auto&, auto& d) { d.ndim = -1; }), TL_LIMIT, "-1 dimensions");
  refused(with([](auto&, auto& d) { d.shape = nullptr; }), TL_VALUE, "no shape");
  refused(with([](auto&, auto& d) { d.data = nullptr; }), TL_VALUE, "no data");
  t.shape[0] = -1;
  refused(with([](auto&, auto&) {}), TL_SHAPE, "negative extent");
  t.shape[0] = 2;
  t.strides[0] = std::int64_t{1} << 62;
  refused(with([](auto&, auto&) {}), TL_SHAPE, "overflow");
  tl_array* out = nullptr;
  fail([&](tl_error** e) { return tl_from_dlpack(nullptr, &out, e); }, TL_VALUE,
       "the tensor is NULL");
  fail([&](tl_error** e) { return tl_from_dlpack(&t.managed, nullptr, e); }, TL_VALUE,
       "the place of the array is NULL");
  fail([&](tl_error** e) { return tl_to_dlpack(nullptr, nullptr, e); }, TL_VALUE, "NULL");
}

TEST_CASE("capi: nulls stay null, and reductions skip them") {
  Column c;
  {
    const auto column = taken(c);
    CHECK(c.released == 100);
    const std::vector<tl_variable> vars = {TL_ARRAY_VARIABLE("x", column.get())};
    const auto doubled = evaluate("x * 2", vars);
    tl_tensor valid;
    REQUIRE(tl_array_valid(doubled.get(), &valid));
    CHECK(valid.dtype == TL_BOOL);
    CHECK(valid.shape[0] == 9);
    const auto* bools = static_cast<const bool*>(valid.data);
    for (int i = 0; i < 9; ++i) CHECK(bools[i] == (i != 2));
    CHECK(values<std::int64_t>(evaluate("sum(x)", vars))[0] == 420);
    CHECK(!tl_array_valid(evaluate("sum(x)", vars).get(), nullptr));
    CHECK(values<double>(evaluate("mean(x)", vars))[0] == 52.5);
    CHECK(tl_array_valid(evaluate("max(x[2:3])", vars).get(), nullptr));
    // A tensor has no place for nulls; numbers without go there.
    std::int64_t largest = 0;
    const tl_tensor to = {&largest, TL_INT64, 0, 0, 0, {}, {}};
    succeed([&](tl_error** e) {
      return tl_evaluate_into("max(x)", vars.data(), 1, nullptr, &to, 1, e);
    });
    CHECK(largest == 90);
    // A function says the same of a column as its text does.
    const tl_parameter parameters[] = {{"x", TL_INT32, 0}, {"k", TL_INT64, TL_WEAK}};
    tl_function* raw = nullptr;
    succeed([&](tl_error** e) {
      return tl_compile("x * k, sum(x), max(x) > k", parameters, 2, nullptr, &raw, e);
    });
    const Owned<tl_function> f(raw);
    const std::int64_t k = 2;
    const tl_variable args[] = {vars[0], TL_NUMBER_VARIABLE(nullptr, TL_INT64, &k)};
    tl_array* made[3] = {};
    succeed([&](tl_error** e) { return tl_call(f.get(), args, 2, made, 3, e); });
    const Owned<tl_array> product(made[0]), sum(made[1]), larger(made[2]);
    REQUIRE(tl_array_valid(product.get(), &valid));
    for (int i = 0; i < 9; ++i) CHECK(static_cast<const bool*>(valid.data)[i] == (i != 2));
    CHECK(values<std::int64_t>(product)[8] == 180);  // as without nulls: k is any int64
    CHECK(values<std::int64_t>(sum)[0] == 420);
    CHECK(values<bool>(larger)[0]);
    tl_array* out = nullptr;
    fail([&](tl_error** e) { return tl_call(f.get(), args, 1, &out, 1, e); }, TL_VALUE,
         "takes 2 arguments");
    const tl_tensor one = {&largest, TL_INT64, 0, 0, 0, {}, {}};
    tl_prepared* prepared = nullptr;
    fail([&](tl_error** e) { return tl_prepare(f.get(), args, 2, &one, 1, &prepared, e); },
         TL_UNSUPPORTED, "tl_call takes columns with nulls");
    std::int64_t nine[9];
    const tl_tensor all = TL_TENSOR(TL_INT64, nine, 1, 9);
    fail([&](tl_error** e) { return tl_evaluate_into("x", vars.data(), 1, nullptr, &all, 1, e); },
         TL_VALUE, "result 1 has nulls");
    // Errors speak of the text, not of what is made of it.
    const auto error = fail(
        [&](tl_error** e) { return tl_evaluate("x * 2**62", vars.data(), 1, nullptr, &out, 1, e); },
        TL_OVERFLOW, "integer overflow in 'x * 2**62' at index (0,)");
    CHECK(error->span_end == 9);
  }
  CHECK(c.released == 101);
}

TEST_CASE("capi: what a sum's overflow is rescued by skips the same nulls") {
  constexpr float inf = std::numeric_limits<float>::infinity();
  const float with_nulls[2][9] = {{1, inf, 7, 4, 5, -6, 2, 8, 9}, {2, 3, 5, 1, 1, 4, 6, 2, 7}};
  const float without[2][8] = {{1, inf, 4, 5, -6, 2, 8, 9}, {2, 3, 1, 1, 4, 6, 2, 7}};
  Column cx(with_nulls[0]), cy(with_nulls[1]);
  const auto x = taken(cx), y = taken(cy);
  const std::vector<tl_variable> columns = {TL_ARRAY_VARIABLE("x", x.get()),
                                            TL_ARRAY_VARIABLE("y", y.get())};
  const std::vector<tl_variable> arrays = {TL_VARIABLE("x", TL_FLOAT32, without[0], 1, 8),
                                           TL_VARIABLE("y", TL_FLOAT32, without[1], 1, 8)};
  for (const char* text :
       {"rmse(x, y)", "rmse(y, y)", "psnr(x, y)", "psnr(y, y + 1)", "snr(x, y)", "snr(y, x)",
        "l2_distance(x, y)", "relative_l2_error(x, y)", "relative_l2_error(y, x)",
        "cosine_similarity(x, y)", "r2_score(x, y)", "r2_score(y, x)", "weighted_mean(x, y)",
        "weighted_mean(y, x)", "max(layernorm(y))", "max(rmsnorm(x))", "mean(x)", "std(y)"}) {
    INFO(text);
    const auto of_columns = evaluate(text, columns), of_arrays = evaluate(text, arrays);
    tl_tensor t;
    tl_array_tensor(of_columns.get(), &t);
    CHECK(t.dtype == TL_FLOAT32);
    const float got = values<float>(of_columns)[0], wanted = values<float>(of_arrays)[0];
    CHECK(((got != got && wanted != wanted) || got == wanted ||
           std::abs(got - wanted) <= 1e-6F * std::abs(wanted)));
  }
}

TEST_CASE("capi: columns that contradict themselves are refused and stay the caller's") {
  Column c;
  const ArrowArray array = c.array;
  const ArrowSchema schema = c.schema;
  const auto with = [&](auto change) -> Column& {
    c.array = array;
    c.schema = schema;
    change(c.array, c.schema);
    return c;
  };
  refused(with([](auto& a, auto&) { a.release = nullptr; }), TL_VALUE, "column is released");
  refused(with([](auto&, auto& s) { s.release = nullptr; }), TL_VALUE, "schema is released");
  refused(with([](auto& a, auto&) { a.length = -1; }), TL_VALUE, "negative length");
  refused(with([](auto& a, auto&) { a.offset = -8; }), TL_VALUE, "negative length");
  refused(with([](auto& a, auto&) { a.null_count = -2; }), TL_VALUE, "negative length");
  refused(with([](auto& a, auto&) { a.null_count = 10; }), TL_VALUE, "more nulls than elements");
  refused(with([](auto& a, auto&) { a.n_buffers = 3; }), TL_VALUE, "3 buffers");
  refused(with([](auto& a, auto&) { a.n_children = 1; }), TL_VALUE, "children");
  refused(with([](auto& a, auto&) { a.buffers = nullptr; }), TL_VALUE, "no list of buffers");
  refused(with([](auto& a, auto&) { a.offset = INT64_MAX - 4; }), TL_VALUE, "too long");
  refused(with([](auto& a, auto&) { a.length = INT64_MAX / 2; }), TL_VALUE, "too long");
  c.buffers[1] = nullptr;
  refused(with([](auto&, auto&) {}), TL_VALUE, "no elements");
  c.buffers[1] = c.data.data();
  c.buffers[0] = nullptr;
  refused(with([](auto& a, auto&) { a.null_count = 1; }), TL_VALUE, "no bitmap");
  for (const auto& [format, name] :
       std::vector<std::pair<const char*, const char*>>{{"tdm", "dates"},
                                                        {"tsu:UTC", "timestamps"},
                                                        {"tin", "intervals"},
                                                        {"u", "text"},
                                                        {"d:5,2", "decimals"},
                                                        {"+w:3", "fixed-size lists"},
                                                        {"+ud:0,1", "unions"},
                                                        {"+m", "maps"},
                                                        {"+vl", "list views"},
                                                        {"q", "unknown format 'q'"},
                                                        {"", "format ''"}}) {
    const char* text = format;
    refused(with([&](auto&, auto& s) { s.format = text; }), TL_TYPE, name);
  }
  refused(with([](auto&, auto& s) { s.format = nullptr; }), TL_TYPE, "unknown format");
  refused(with([&](auto&, auto& s) { s.dictionary = &c.schema; }), TL_TYPE, "dictionary");
  std::string metadata;
  for (const std::string& part : {std::string("other"), std::string("value"),
                                  std::string("ARROW:extension:name"), std::string("geo.point")}) {
    const auto length = static_cast<std::int32_t>(part.size());
    metadata.append(reinterpret_cast<const char*>(&length), 4).append(part);
  }
  const std::int32_t pairs = 2;
  metadata.insert(0, reinterpret_cast<const char*>(&pairs), 4);
  refused(with([&](auto&, auto& s) { s.metadata = metadata.data(); }), TL_TYPE, "'geo.point'");
  c.array = array;
  c.schema = schema;
  const auto column = taken(c);
}

namespace {

/// A stream of two chunks that fails where it is told to.
struct Stream {
  Column chunks[2];
  int next = 0;
  int fail_at = -1;
  bool released = false;
  ArrowArrayStream stream{};

  Stream() {
    stream.private_data = this;
    stream.get_schema = [](ArrowArrayStream* s, ArrowSchema* out) {
      Stream& self = *static_cast<Stream*>(s->private_data);
      if (self.fail_at == -2) return 5;
      *out = self.chunks[0].schema;
      self.chunks[0].schema.release = nullptr;
      return 0;
    };
    stream.get_next = [](ArrowArrayStream* s, ArrowArray* out) {
      Stream& self = *static_cast<Stream*>(s->private_data);
      if (self.next == self.fail_at) return 5;
      *out = {};
      if (self.next == 2) return 0;
      *out = self.chunks[self.next++].array;
      return 0;
    };
    stream.get_last_error = [](ArrowArrayStream* s) -> const char* {
      return static_cast<Stream*>(s->private_data)->fail_at == 1 ? "the disk is gone" : nullptr;
    };
    stream.release = [](ArrowArrayStream* s) {
      static_cast<Stream*>(s->private_data)->released = true;
      s->release = nullptr;
    };
  }
};

}  // namespace

TEST_CASE("capi: the chunks of a stream are one array") {
  Stream s;
  tl_array* raw = nullptr;
  succeed([&](tl_error** e) { return tl_from_arrow_stream(&s.stream, &raw, e); });
  const Owned<tl_array> array(raw);
  CHECK(s.released);
  CHECK(s.chunks[0].released == 101);
  CHECK(s.chunks[1].released == 1);
  CHECK(values<std::int64_t>(evaluate("sum(x)", {TL_ARRAY_VARIABLE("x", array.get())}))[0] == 840);
  s.chunks[1].schema.release(&s.chunks[1].schema);
}

TEST_CASE("capi: a stream that fails says so, and nothing is lost") {
  for (const int at : {-2, 0, 1}) {
    Stream s;
    s.fail_at = at;
    tl_array* out = nullptr;
    tl_error* raw = nullptr;
    CHECK(tl_from_arrow_stream(&s.stream, &out, &raw) == TL_FILE);
    const Owned<tl_error> error(raw);
    CHECK(std::string(error->message)
              .find(at == 1    ? "next chunk: the disk is gone"
                    : at == -2 ? "schema: "
                               : "next chunk: ") != std::string::npos);
    CHECK(!s.released);
    for (int i = 0; i < s.next; ++i) CHECK(s.chunks[i].released % 100 == 1);
  }
}
