// Methods, attributes and prefixes: each spelling is the same graph as the call it stands for.
#include <string_view>

#include "catch.hpp"
#include "lang/same_graph.hpp"

using lang_test::parse;
using lang_test::same;

namespace {

struct Pair {
  std::string_view spelled;
  std::string_view call;
};

constexpr Pair kPairs[] = {
    {"x.mean(axis=0)", "mean(x, axis=0)"},
    {"x.mean(0)", "mean(x, axis=0)"},
    {"x.sum()", "sum(x)"},
    {"x.sum((0, 1), keepdims=True)", "sum(x, axis=(0, 1), keepdims=True)"},
    {"x.std(ddof=1)", "std(x, ddof=1)"},
    {"x.sum(where=a > 0, initial=b)", "sum(x, where=a > 0, initial=b)"},
    {"x.astype('float32')", "float32(x)"},
    {"x.astype(\"f4\")", "float32(x)"},
    {"x.astype(np.float32)", "float32(x)"},
    {"x.astype(dtype='<i2')", "int16(x)"},
    {"astype(x, 'single')", "float32(x)"},
    {"astype(x, 'half')", "float16(x)"},
    {"astype(x, 'uint')", "uint64(x)"},
    {"saturate(x, '=u1')", "saturate(x, 'uint8')"},
    {"x.reshape(3, 4)", "reshape(x, (3, 4))"},
    {"x.reshape((3, -1))", "reshape(x, (3, -1))"},
    {"x.reshape([3, 4])", "reshape(x, (3, 4))"},
    {"x.reshape(-1)", "ravel(x)"},
    {"x.flatten()", "ravel(x)"},
    {"x.transpose()", "x.T"},
    {"transpose(x, None)", "x.T"},
    {"transpose(x, (1, 0, 2))", "x.transpose(1, 0, 2)"},
    {"np.transpose(x, axes=[1, 0, -1])", "transpose(x, (1, 0, -1))"},
    {"x.real + x.imag", "real(x) + imag(x)"},
    {"x.conj().real", "real(conj(x))"},
    {"x.clip(0, 1)", "clip(x, 0, 1)"},
    {"x.sqrt()", "sqrt(x)"},
    {"x.dot(a)", "dot(x, a)"},
    {"x.softmax(axis=-1)", "softmax(x, axis=-1)"},
    {"(a - b).max()", "max(a - b)"},
    {"-x.sum()", "-sum(x)"},
    {"2 ** x.sum() ** 2", "2 ** sum(x) ** 2"},
    {"x[1:].T.mean()", "mean(x[1:].T)"},
    {"x.sum(axis=0).max()", "max(sum(x, axis=0))"},
    {"a.maximum(b.minimum(c))", "maximum(a, minimum(b, c))"},
    {"np.sqrt(x) + numpy.pi + math.e", "sqrt(x) + pi + e"},
    {"np.linalg.norm(x)", "norm(x)"},
    {"x[np.newaxis, ..., newaxis]", "x[None, ..., None]"},
    {"x.size", "size(x)"},
    {"x.size", "np.size(x)"},
    {"x.shape[0]", "len(x)"},
    {"x.shape[-1]", "size(x, axis=-1)"},
    {"x.ndim", "np.ndim(x)"},
    {"x.round(2)", "round(x, 2)"},
    {"around(x, decimals=2)", "round(x, 2)"},
    {"round(x, 0)", "round(x)"},
};

}  // namespace

TEST_CASE("lang: methods, attributes and prefixes are the functions") {
  for (const Pair& pair : kPairs) {
    INFO(pair.spelled << "  " << pair.call);
    CHECK(same(parse(pair.spelled), parse(pair.call)));
    CHECK(same(parse(tightloop::ir::to_text(parse(pair.spelled), parse(pair.spelled).results[0])),
               parse(pair.call)));
  }
}

TEST_CASE("lang: a variable wins over a prefix") {
  const std::string_view names[] = {"np", "x"};
  const auto graph = tightloop::lang::parse("np.sum()", names);
  CHECK(same(graph, tightloop::lang::parse("sum(np)", names)));
}
