// Evaluation, functions, options and errors of the C face.
#include <algorithm>
#include <atomic>
#include <complex>
#include <cstring>
#include <thread>

#include "capi/owned.hpp"
#include "tightloop/tightloop.hpp"

using namespace capi_test;

namespace {

const double kThree[3] = {1, 4, 9};
const std::vector<tl_variable> kX = {TL_VARIABLE("x", TL_FLOAT64, kThree, 1, 3)};

}  // namespace

TEST_CASE("capi: versions, names and sizes") {
  CHECK(tl_abi_version() == TL_ABI_VERSION);
  CHECK(std::string(tl_version()).find('.') != std::string::npos);
  CHECK(tl_status_name(TL_OK) == std::string("ok"));
  CHECK(tl_status_name(TL_SHAPE) == std::string("shape"));
  CHECK(tl_status_name(99) == std::string("unknown"));
  for (tl_dtype t = TL_BOOL; t <= TL_FLOAT8_E5M2; ++t) {
    const auto dtype = static_cast<tightloop::DType>(t - 1);
    CHECK(tl_dtype_name(t) == std::string(name(dtype)));
    CHECK(tl_dtype_size(t) == itemsize(dtype));
  }
  CHECK(tl_dtype_size(0) == 0);
  CHECK(tl_dtype_name(TL_FLOAT8_E5M2 + 1) == std::string("unknown"));
}

TEST_CASE("capi: an expression of arrays, numbers and earlier results") {
  const auto roots = evaluate("sqrt(x)", kX);
  CHECK(values<double>(roots) == std::vector<double>{1, 2, 3});
  const double k = 0.5;
  const std::vector<tl_variable> vars = {TL_ARRAY_VARIABLE("r", roots.get()),
                                         TL_NUMBER_VARIABLE("k", TL_FLOAT64, &k)};
  CHECK(values<double>(evaluate("r * k", vars)) == std::vector<double>{0.5, 1, 1.5});
  // A weak number does not widen what it meets.
  const float f[2] = {1, 2};
  const std::vector<tl_variable> narrow = {TL_VARIABLE("f", TL_FLOAT32, f, 1, 2),
                                           TL_NUMBER_VARIABLE("k", TL_FLOAT64, &k)};
  tl_tensor t;
  tl_array_tensor(evaluate("f * k", narrow).get(), &t);
  CHECK(t.dtype == TL_FLOAT32);
}

TEST_CASE("capi: numbers of every weak dtype") {
  const bool yes = true;
  const std::int64_t i = -7;
  const std::uint64_t u = 1ULL << 63;
  const std::complex<double> z(1, -2);
  const std::vector<tl_variable> vars = {
      TL_NUMBER_VARIABLE("b", TL_BOOL, &yes), TL_NUMBER_VARIABLE("i", TL_INT64, &i),
      TL_NUMBER_VARIABLE("u", TL_UINT64, &u), TL_NUMBER_VARIABLE("z", TL_COMPLEX128, &z)};
  CHECK(values<bool>(evaluate("b", vars)) == std::vector<bool>{true});
  CHECK(values<std::int8_t>(evaluate("i", vars)) == std::vector<std::int8_t>{-7});
  CHECK(values<std::uint64_t>(evaluate("u", vars)) == std::vector<std::uint64_t>{u});
  CHECK(values<std::complex<double>>(evaluate("z", vars)) == std::vector<std::complex<double>>{z});
}

TEST_CASE("capi: several results, and results into memory of the caller's") {
  tl_array* raw[2] = {};
  succeed([&](tl_error** e) {
    return tl_evaluate("d = x - 1; mean(d * d), max(d)", kX.data(), 1, nullptr, raw, 2, e);
  });
  const Owned<tl_array> mean(raw[0]), most(raw[1]);
  CHECK(values<double>(mean)[0] == Approx((9.0 + 64.0) / 3));
  CHECK(values<double>(most)[0] == 8);

  float wide[2][3] = {};
  const tl_tensor rows = TL_TENSOR(TL_FLOAT32, wide, 2, 2, 3);
  succeed(
      [&](tl_error** e) { return tl_evaluate_into("x * 2", kX.data(), 1, nullptr, &rows, 1, e); });
  CHECK(wide[1][2] == 18);

  // Backwards over its own input.
  double own[3] = {1, 2, 3};
  tl_tensor backwards = TL_TENSOR(TL_FLOAT64, own + 2, 1, 3);
  backwards.flags = TL_STRIDED;
  backwards.strides[0] = -8;
  const std::vector<tl_variable> vars = {TL_VARIABLE("x", TL_FLOAT64, own, 1, 3)};
  succeed([&](tl_error** e) {
    return tl_evaluate_into("x * 10", vars.data(), 1, nullptr, &backwards, 1, e);
  });
  CHECK(std::vector<double>(own, own + 3) == std::vector<double>{30, 20, 10});
}

TEST_CASE("capi: every layout and byte order, aligned or not") {
  unsigned char bytes[1 + 3 * 4];
  const std::uint32_t numbers[3] = {0x01020304, 5, 6};
  std::memcpy(bytes + 1, numbers, sizeof numbers);
  tl_variable v = TL_VARIABLE("x", TL_UINT32, bytes + 1, 1, 3);
  CHECK(values<std::uint32_t>(evaluate("x", {v})) ==
        std::vector<std::uint32_t>(numbers, numbers + 3));
  v.tensor.flags = TL_SWAPPED | TL_READ_ONLY;
  CHECK(values<std::uint32_t>(evaluate("x", {v}))[0] == 0x04030201);
  v.tensor.flags = TL_STRIDED;
  v.tensor.strides[0] = 0;
  CHECK(values<std::uint32_t>(evaluate("x", {v}))[2] == 0x01020304);
  tl_array* copy = nullptr;
  succeed([&](tl_error** e) { return tl_array_copy(&v.tensor, &copy, e); });
  CHECK(values<std::uint32_t>(Owned<tl_array>(copy))[1] == 0x01020304);
}

TEST_CASE("capi: types of results are known before they are computed") {
  tl_tensor types[2] = {};
  std::size_t count = 0;
  succeed([&](tl_error** e) {
    return tl_result_types("x > 2, sum(x), x", kX.data(), 1, nullptr, types, 2, &count, e);
  });
  CHECK(count == 3);
  CHECK(types[0].dtype == TL_BOOL);
  CHECK(types[0].ndim == 1);
  CHECK(types[0].shape[0] == 3);
  CHECK(types[0].data == nullptr);
  CHECK(types[1].dtype == TL_FLOAT64);
  CHECK(types[1].ndim == 0);
}

TEST_CASE("capi: errors carry the code, the place and a hint") {
  tl_array* untouched = reinterpret_cast<tl_array*>(8);
  const auto call = [&](const char* text) {
    return [&, text](tl_error** e) {
      return tl_evaluate(text, kX.data(), 1, nullptr, &untouched, 1, e);
    };
  };
  const auto error = fail(call("sum(xx)"), TL_NAME, "did you mean 'x'?");
  CHECK(error->span_begin == 4);
  CHECK(error->span_end == 6);
  CHECK(error->source == std::string("sum(xx)"));
  CHECK(std::string(error->picture).find("^~") != std::string::npos);
  fail(call("x +"), TL_SYNTAX, "expected");
  fail(call("~x"), TL_TYPE, "not defined for float64");
  fail(call("sum(x, axis=3)"), TL_SHAPE, "axis");
  fail(call("x, x"), TL_VALUE, "2 results, not 1");
  fail(call(nullptr), TL_VALUE, "the text is NULL");
  CHECK(untouched == reinterpret_cast<tl_array*>(8));
  tl_error_free(nullptr);
  tl_array_free(nullptr);
  tl_function_free(nullptr);
  tl_definitions_free(nullptr);
}

TEST_CASE("capi: bad structs are refused by the name of the variable") {
  tl_array* out = nullptr;
  const auto with = [&](const tl_variable& v) {
    return [&, v](tl_error** e) { return tl_evaluate("x", &v, 1, nullptr, &out, 1, e); };
  };
  tl_variable v = kX[0];
  v.tensor.dtype = 0;
  fail(with(v), TL_TYPE, "the variable 'x' has the dtype 0");
  v = kX[0], v.tensor.dtype = 16;
  fail(with(v), TL_TYPE, "dtypes are 1 (TL_BOOL) to 17; see tl_dtype");
  v = kX[0], v.tensor.ndim = 17;
  fail(with(v), TL_LIMIT, "17 dimensions");
  v = kX[0], v.tensor.ndim = -1;
  fail(with(v), TL_LIMIT, "-1 dimensions");
  v = kX[0], v.tensor.data = nullptr;
  fail(with(v), TL_VALUE, "the variable 'x' has no data");
  v = kX[0], v.tensor.shape[0] = -3;
  fail(with(v), TL_SHAPE, "the variable 'x': negative extent");
  v = kX[0], v.tensor.ndim = 2, v.tensor.shape[0] = v.tensor.shape[1] = 1LL << 40;
  fail(with(v), TL_SHAPE, "too large");
  v = kX[0], v.tensor.flags = 64;
  fail(with(v), TL_VALUE, "flags that nobody knows: 64");
  v = kX[0], v.tensor.flags = TL_WEAK;
  fail(with(v), TL_VALUE, "weak and has 1 dimensions");
  v = kX[0], v.tensor.flags = TL_WEAK, v.tensor.ndim = 0, v.tensor.dtype = TL_FLOAT32;
  fail(with(v), TL_TYPE, "weak and float32");
  v = kX[0], v.name = nullptr;
  fail(with(v), TL_VALUE, "variable 1 has no name");
  fail([&](tl_error** e) { return tl_evaluate("1", nullptr, 2, nullptr, &out, 1, e); }, TL_VALUE,
       "the list of variables is NULL");
  fail([&](tl_error** e) { return tl_evaluate("1", nullptr, 0, nullptr, nullptr, 1, e); }, TL_VALUE,
       "the list of results is NULL");
  tl_tensor to = TL_TENSOR(TL_FLOAT64, kThree, 1, 3);
  to.flags = TL_READ_ONLY;
  fail([&](tl_error** e) { return tl_evaluate_into("x", kX.data(), 1, nullptr, &to, 1, e); },
       TL_VALUE, "destination 1 cannot be written to");
}

TEST_CASE("capi: options") {
  tl_options o = TL_OPTIONS_INIT;
  const std::uint8_t a[2] = {3, 200}, b[2] = {10, 100};
  const std::vector<tl_variable> vars = {TL_VARIABLE("a", TL_UINT8, a, 1, 2),
                                         TL_VARIABLE("b", TL_UINT8, b, 1, 2)};
  o.promotion = TL_PROMOTION_NUMPY;
  CHECK(values<std::uint8_t>(evaluate("a - b", vars, &o)) == std::vector<std::uint8_t>{249, 100});
  o = TL_OPTIONS_INIT;
  o.dtype = TL_FLOAT32;
  CHECK(values<float>(evaluate("a - b", vars, &o)) == std::vector<float>{-7, 100});
  o = TL_OPTIONS_INIT;
  o.dtype = TL_UINT8;
  o.casting = TL_CASTING_SATURATE;
  CHECK(values<std::uint8_t>(evaluate("a - b", vars, &o)) == std::vector<std::uint8_t>{0, 100});
  tl_array* out = nullptr;
  const auto call = [&](tl_error** e) {
    return tl_evaluate("a - b", vars.data(), 2, &o, &out, 1, e);
  };
  o = TL_OPTIONS_INIT, o.dtype = TL_UINT8;
  fail(call, TL_OVERFLOW, "uint8");
  o = TL_OPTIONS_INIT, o.most_elements = 1;
  fail(call, TL_LIMIT, "most_elements");
  o = TL_OPTIONS_INIT, o.most_bytes = 1;
  fail(call, TL_LIMIT, "most_bytes");
  o = TL_OPTIONS_INIT, o.promotion = 3;
  fail(call, TL_VALUE, "the option promotion is 3; it can be 0 to 2");
  o = TL_OPTIONS_INIT, o.overflow = -1;
  fail(call, TL_VALUE, "overflow is -1");
  o = TL_OPTIONS_INIT, o.casting = 8;
  fail(call, TL_VALUE, "casting is 8");
  o = TL_OPTIONS_INIT, o.threads = -1;
  fail(call, TL_VALUE, "threads is -1");
  o = TL_OPTIONS_INIT, o.raise = 16;
  fail(call, TL_VALUE, "raise has bits");
  o = TL_OPTIONS_INIT, o.dtype = 77;
  fail(call, TL_TYPE, "the option dtype has the dtype 77");
  o = TL_OPTIONS_INIT, o.size = 0;
  fail(call, TL_VALUE, "TL_OPTIONS_INIT");
  // A newer header's struct: accepted as long as nothing is set that is not known here.
  struct {
    tl_options options = TL_OPTIONS_INIT;
    std::uint64_t added = 0;
  } newer;
  newer.options.size = sizeof newer;
  CHECK(values<std::int16_t>(evaluate("a - b", vars, &newer.options))[0] == -7);
  newer.added = 1;
  fail([&](tl_error** e) { return tl_evaluate("a", vars.data(), 2, &newer.options, &out, 1, e); },
       TL_UNSUPPORTED, "newer version");
}

TEST_CASE("capi: events, statistics and definitions") {
  const double zeros[3] = {1, 0, 0};
  const std::vector<tl_variable> vars = {TL_VARIABLE("x", TL_FLOAT64, zeros, 1, 3)};
  tl_options o = TL_OPTIONS_INIT;
  tl_events events = {sizeof(tl_events), 0, 0, {}};
  tl_stats stats = {};
  stats.size = sizeof stats;
  o.events = &events;
  o.stats = &stats;
  evaluate("1 / x", vars, &o);
  REQUIRE(events.count == 1);
  CHECK(events.event[0].kind == TL_EVENT_DIVIDE);
  CHECK(events.event[0].ndim == 1);
  CHECK(events.event[0].index[0] == 1);
  CHECK(events.event[0].span_end == 5);
  CHECK(stats.size == sizeof stats);
  CHECK(stats.bytes_read == 24);
  CHECK(stats.bytes_written == 24);
  CHECK(stats.passes == 1);
  tl_array* out = nullptr;
  const auto call = [&](tl_error** e) {
    return tl_evaluate("1 / x", vars.data(), 1, &o, &out, 1, e);
  };
  o.raise = TL_EVENT_DIVIDE;
  fail(call, TL_ARITHMETIC, "division by zero");
  CHECK(events.count == 1);
  stats.size = 8;
  fail(call, TL_VALUE, "the size of the stats is 8");

  tl_definitions* raw = nullptr;
  succeed([&](tl_error** e) { return tl_definitions_new(&raw, e); });
  const Owned<tl_definitions> set(raw);
  succeed([&](tl_error** e) { return tl_define(set.get(), "twice(x) = 2 * x", e); });
  fail([&](tl_error** e) { return tl_define(set.get(), "f(x) = nothing", e); }, TL_NAME, "nothing");
  o = TL_OPTIONS_INIT;
  o.definitions = set.get();
  CHECK(values<double>(evaluate("twice(x)", kX, &o)) == std::vector<double>{2, 8, 18});
  fail([&](tl_error** e) { return tl_evaluate("twice(x)", kX.data(), 1, nullptr, &out, 1, e); },
       TL_NAME, "twice");
}

TEST_CASE("capi: functions are compiled once and called with any shapes") {
  tl_definitions* set = nullptr;
  succeed([&](tl_error** e) { return tl_definitions_new(&set, e); });
  succeed([&](tl_error** e) { return tl_define(set, "sq(x) = x * x", e); });
  tl_options o = TL_OPTIONS_INIT;
  o.definitions = set;
  const tl_parameter parameters[] = {{"x", TL_FLOAT64, 0}, {"k", TL_FLOAT64, TL_WEAK}};
  tl_function* raw = nullptr;
  succeed(
      [&](tl_error** e) { return tl_compile("sq(x) * k, sum(x)", parameters, 2, &o, &raw, e); });
  const Owned<tl_function> f(raw);
  tl_definitions_free(set);  // the function keeps what it needs
  CHECK(tl_function_results(f.get()) == 2);
  CHECK(tl_function_results(nullptr) == 0);
  const double k = 10;
  tl_variable args[] = {kX[0], TL_NUMBER_VARIABLE(nullptr, TL_FLOAT64, &k)};
  tl_array* results[2] = {};
  succeed([&](tl_error** e) { return tl_call(f.get(), args, 2, results, 2, e); });
  CHECK(values<double>(Owned<tl_array>(results[0])) == std::vector<double>{10, 160, 810});
  CHECK(values<double>(Owned<tl_array>(results[1])) == std::vector<double>{14});
  double squares[2], sum = 0;
  args[0].tensor.shape[0] = 2;
  const tl_tensor outs[] = {TL_TENSOR(TL_FLOAT64, squares, 1, 2),
                            {&sum, TL_FLOAT64, 0, 0, 0, {}, {}}};
  succeed([&](tl_error** e) { return tl_call_into(f.get(), args, 2, outs, 2, e); });
  CHECK(squares[1] == 160);
  CHECK(sum == 5);
  fail([&](tl_error** e) { return tl_call(f.get(), args, 1, results, 2, e); }, TL_VALUE,
       "takes 2 arguments");
  fail([&](tl_error** e) { return tl_call(f.get(), args, 2, results, 1, e); }, TL_VALUE,
       "2 results, not 1");
  const float narrow[3] = {};
  args[0] = TL_VARIABLE(nullptr, TL_FLOAT32, narrow, 1, 3);
  fail([&](tl_error** e) { return tl_call(f.get(), args, 2, results, 2, e); }, TL_TYPE,
       "argument 1 ('x') is float32; the function is compiled for float64");
  fail([&](tl_error** e) { return tl_call(nullptr, args, 2, results, 2, e); }, TL_VALUE,
       "the function is NULL");
  tl_function* none = nullptr;
  const tl_parameter bad[] = {{"x", TL_FLOAT32, TL_WEAK}};
  fail([&](tl_error** e) { return tl_compile("x", bad, 1, nullptr, &none, e); }, TL_TYPE,
       "a weak parameter");
  fail([&](tl_error** e) { return tl_compile("x + y", bad, 0, nullptr, &none, e); }, TL_NAME,
       "unknown variable 'x'");
}

namespace {

struct OnThisThread {
  std::atomic<int> runs{0};
  static std::int32_t concurrency(void*) { return 3; }
  static void run(void* context, std::size_t count, void (*task)(void*, std::size_t), void* of_task,
                  std::int32_t threads) {
    CHECK(threads >= 1);
    ++static_cast<OnThisThread*>(context)->runs;
    for (std::size_t i = count; i-- > 0;) task(of_task, i);
  }
};

}  // namespace

TEST_CASE("capi: the caller's executor runs the tasks") {
  const std::vector<double> x(1 << 20, 1.0);
  const std::vector<tl_variable> vars = {
      TL_VARIABLE("x", TL_FLOAT64, x.data(), 1, static_cast<std::int64_t>(x.size()))};
  OnThisThread context;
  tl_executor executor = {sizeof(tl_executor), &context, &OnThisThread::concurrency,
                          &OnThisThread::run};
  tl_options o = TL_OPTIONS_INIT;
  o.executor = &executor;
  CHECK(values<double>(evaluate("sum(x)", vars, &o))[0] == 1 << 20);
  CHECK(context.runs > 0);
  // A function keeps the callbacks, not the struct.
  const tl_parameter parameter = {"x", TL_FLOAT64, 0};
  tl_function* raw = nullptr;
  succeed([&](tl_error** e) { return tl_compile("sum(x)", &parameter, 1, &o, &raw, e); });
  const Owned<tl_function> f(raw);
  executor = {};
  context.runs = 0;
  tl_array* out = nullptr;
  succeed([&](tl_error** e) { return tl_call(f.get(), vars.data(), 1, &out, 1, e); });
  CHECK(values<double>(Owned<tl_array>(out))[0] == 1 << 20);
  CHECK(context.runs > 0);
  fail([&](tl_error** e) { return tl_evaluate("x", vars.data(), 1, &o, &out, 1, e); }, TL_VALUE,
       "the executor's size is 0");
  executor.size = sizeof executor;
  fail([&](tl_error** e) { return tl_evaluate("x", vars.data(), 1, &o, &out, 1, e); }, TL_VALUE,
       "the executor lacks a function");
}

TEST_CASE("capi: what does not fit into memory is an error") {
  const double k = 2;
  const tl_variable v = TL_NUMBER_VARIABLE("k", TL_FLOAT64, &k);
  tl_array* out = nullptr;
  fail(
      [&](tl_error** e) {
        return tl_evaluate("broadcast_to(k, (1048576, 1048576, 1024)) * 3", &v, 1, nullptr, &out, 1,
                           e);
      },
      TL_MEMORY, "cannot allocate");
  CHECK(out == nullptr);
}

TEST_CASE("capi: a call ends when its flag is set") {
  volatile bool stop = true;
  tl_options o = TL_OPTIONS_INIT;
  o.stop = &stop;
  tl_array* out = nullptr;
  fail([&](tl_error** e) { return tl_evaluate("sum(x)", kX.data(), 1, &o, &out, 1, e); },
       TL_STOPPED, "stopped");
  stop = false;
  CHECK(values<double>(evaluate("sum(x)", kX, &o))[0] == 14);
}

TEST_CASE("capi: eight threads evaluate, call, fail and share handles", "[concurrent]") {
  const auto shared = evaluate("x + 0", kX);
  const tl_parameter parameter = {"x", TL_FLOAT64, 0};
  tl_function* raw = nullptr;
  succeed([&](tl_error** e) { return tl_compile("x * 3", &parameter, 1, nullptr, &raw, e); });
  const Owned<tl_function> f(raw);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      const std::vector<tl_variable> vars = {TL_ARRAY_VARIABLE("x", shared.get())};
      for (int i = 0; i < 60; ++i) {
        const std::string text = "x * " + std::to_string(1 + (i + t) % 7);
        tl_array* out[3] = {};
        tl_error* error = nullptr;
        wrong += tl_evaluate(text.c_str(), vars.data(), 1, nullptr, out, 1, &error) != TL_OK;
        wrong += tl_call(f.get(), vars.data(), 1, out + 1, 1, &error) != TL_OK;
        wrong += tl_evaluate("x + y", vars.data(), 1, nullptr, out + 2, 1, &error) != TL_NAME;
        wrong += error == nullptr || std::strstr(error->message, "'y'") == nullptr;
        tl_error_free(error);
        tl_tensor first, second;
        tl_array_tensor(out[0], &first);
        tl_array_tensor(out[1], &second);
        wrong += static_cast<double*>(first.data)[2] != 9.0 * (1 + (i + t) % 7);
        wrong += static_cast<double*>(second.data)[2] != 27;
        tl_array_free(out[0]);
        tl_array_free(out[1]);
      }
    });
  }
  for (std::thread& t : threads) t.join();
  CHECK(wrong == 0);
}
