// Text columns: values that survive, separators, comments, and lines that are no numbers.
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/counted.hpp"
#include "io/formats/text_columns.hpp"
#include "io/messages.hpp"
#include "io/scratch_folder.hpp"

using namespace tightloop;
using namespace tightloop::io::test;

TEST_CASE("io: text of every dtype reads back as the same bits") {
  const ScratchFolder folder;
  for (int i = 0; i < kDTypeCount; ++i) {
    const auto dtype = static_cast<DType>(i);
    for (const std::string end : {".txt", ".csv", ".tsv"}) {
      for (const Dims& shape : {Dims{6}, Dims{3, 4}}) {
        const Array array = counted(dtype, shape, i);
        const std::string path = folder.file("x" + end);
        save(path, array);
        INFO(name(dtype) << end << ": " << folder.read("x" + end));
        CHECK(same(load(path + ":" + std::string(name(dtype))), array));
      }
    }
  }
  Array halves(DType::float16, Dims{65536});
  for (std::size_t i = 0; i < 65536; ++i) {
    halves.data<float16_t>()[i].bits =
        static_cast<std::uint16_t>((i & 0x7fff) > 0x7c00 ? 0x7e00 : i);
  }
  save(folder.file("h.txt"), halves);
  CHECK(same(load(folder.file("h.txt:float16")), halves));
  const float16_t tenth{0x2e66};
  save(folder.file("h.txt"), ArrayView(&tenth, Dims{1}));
  CHECK(folder.read("h.txt") == "0.1\n");
}

TEST_CASE("io: how numbers are written as text") {
  const ScratchFolder folder;
  const auto written = [&](const ArrayView& array, const std::string& name = "x.csv") {
    save(folder.file(name), array);
    return folder.read(name);
  };
  const std::vector<double> reals = {0.1, -2, 1e300, std::nan(""), -HUGE_VAL, 5e-324};
  CHECK(written(ArrayView(reals.data(), Dims{2, 3})) == "0.1,-2,1e+300\nnan,-inf,5e-324\n");
  CHECK(written(ArrayView(reals.data(), Dims{})) == "0.1\n");
  CHECK(written(ArrayView(reals.data(), Dims{0, 3})).empty());
  CHECK(written(ArrayView(reals.data(), Dims{1, 2}), "x.tsv") == "0.1\t-2\n");
  CHECK(written(ArrayView(reals.data(), Dims{1, 2}), "X.CSV") == "0.1,-2\n");
  CHECK(written(ArrayView(reals.data(), Dims{2, 0})) == "\n\n");
  const std::vector<std::complex<float>> complex = {{1, -2.5F}, {0, std::nanf("")}};
  CHECK(written(ArrayView(complex.data(), Dims{2})) == "1-2.5j\n0+nanj\n");
  const bool bits[2] = {true, false};
  CHECK(written(ArrayView(bits, Dims{1, 2}), "x.txt") == "1 0\n");
}

TEST_CASE("io: text by hand") {
  const ScratchFolder folder;
  const auto read = [&](const std::string& text, const std::string& dtype = "") {
    return load(folder.write("x.txt", text) + dtype);
  };
  const Array matrix = read("# name other\n 1  2.5\t# a comment\r\n\n-3e2 +inf\n");
  CHECK(matrix.shape() == Dims{2, 2});
  CHECK(matrix.values<double>()[2] == -300);
  CHECK(std::isinf(matrix.values<double>()[3]));
  CHECK(read("1, 2 ,3\n4;5; 6\n7 8\t9").shape() == Dims{3, 3});
  CHECK(read("\xef\xbb\xbf"
             "1,2\r\n3,4\r\n")
            .values<double>()[0] == 1);
  const Array tiny = read("1e-400 -1e-330 5e-324 1e-310");
  CHECK(tiny.values<double>()[0] == 0);
  CHECK(std::signbit(tiny.values<double>()[1]));
  CHECK(tiny.values<double>()[2] == 5e-324);
  CHECK(tiny.values<double>()[3] == 1e-310);
  CHECK(read("1e-50", ":float32").item<float>() == 0);
  CHECK(read("1e-60", ":float16").shape() == Dims{1});
  CHECK(read("7").shape() == Dims{1});
  CHECK(read("7 8").shape() == Dims{1, 2});
  CHECK(read("").shape() == Dims{0});
  CHECK(read("9007199254740993", ":int64").item<std::int64_t>() == 9007199254740993);
  CHECK(read("9007199254740992 -9007199254740994 000").shape() == Dims{1, 3});
}

TEST_CASE("io: tables as people have them") {
  const ScratchFolder folder;
  const auto read = [&](const std::string& text, const std::string& detail = "",
                        const std::string& name = "t.csv") {
    return load(folder.write(name, text) + detail);
  };
  const std::string table =
      "\xef\xbb\xbfname,\"unit price\",volume,\"a \"\"b\"\", c\"\r\n"
      "\"x, y\",1.5,3,7\r\n# a comment\r\n\"z\",,4,\"8\"\r\n\r\nw,NA,5,\r\n";
  const Array price = read(table, ":unit price");
  REQUIRE(price.shape() == Dims{3});
  CHECK(price.values<double>()[0] == 1.5);
  CHECK(std::isnan(price.values<double>()[1]));
  CHECK(std::isnan(price.values<double>()[2]));
  CHECK(read(table, ":volume,unit price").shape() == Dims{3, 2});
  CHECK(read(table, ":2").values<double>()[2] == 5);
  CHECK(read(table, ":volume:uint8").dtype() == DType::uint8);
  CHECK(read(table, ":a \"b\", c").values<double>()[1] == 8);
  CHECK(read("a;b\n1;2\n;4\n").shape() == Dims{2, 2});
  CHECK(read("a\tb\n1\t\n\t4\n", "", "t.tsv").shape() == Dims{2, 2});
  CHECK(std::isnan(read("a\tb\n1\t\n\t4\n", ":b", "t.tsv").values<double>()[0]));
  CHECK(read("1\t\t2\n", "", "t.txt").shape() == Dims{1, 2});
  CHECK(read("x y\n1 2\n", ":y", "t.txt").values<double>()[0] == 2);
  CHECK(read("unit price\n1\n2\n").shape() == Dims{2});
  CHECK(read("1,null,None,#N/A,N/A,<NA>,nan\n").shape() == Dims{1, 7});
  CHECK(read("f,float32\n1,2\n", ":float32").values<double>()[0] == 2);  // a column of that name
  CHECK(read("f,g\n1,2\n", ":f4").dtype() == DType::float32);
  CHECK(read("n\n18446744073709551615\n", ":n:uint64").item<std::uint64_t>() ==
        18446744073709551615U);
  CHECK(read("a,b\n").shape() == Dims{0, 2});
  const std::string long_cells =
      "\"a\nname\",n\r\n\"two\r\nlines, \"\"quoted\"\"\n\n\",3\r\n\"# no comment\n\" ,4\n";
  CHECK(read(long_cells, ":n").shape() == Dims{2});
  CHECK(read(long_cells, ":1").values<double>()[0] == 3);
  CHECK(read(long_cells, ":1").values<double>()[1] == 4);
  const Array complex = read("z\n1+2j\nNA\n", ":complex128");
  CHECK(complex.values<std::complex<double>>()[0] == std::complex<double>(1, 2));
}

TEST_CASE("io: text that is refused") {
  const ScratchFolder folder;
  const auto refusal = [&](const std::string& text, const std::string& dtype = "") {
    return message_of([&] { load(folder.write("x.csv", text) + dtype); });
  };
  CHECK(contains(refusal("x,2\n1,2\n"), "line 1 has 'x', which is no float64 number"));
  CHECK(contains(refusal("1,2\n3\n"), "line 2 has 1 columns, the rows before have 2"));
  CHECK(contains(refusal("1,,2", ":int8"), "line 1 has an empty column; int8 has no NaN"));
  CHECK(contains(refusal("1,NA", ":bool"), "empty column"));
  CHECK(contains(refusal("1,\"2"), "line 1 has a quote that is not closed"));
  // Quotes that are inches do not join rows.
  CHECK(contains(refusal("p,n\n5\" pipe,1\n6\" pipe,2\n", ":n"), "line 2 has a quote that is not"));
  CHECK(contains(refusal("p,n\n\"x,1\n\"y,2\n", ":n"), "line 2 has a quote that is not closed"));
  CHECK(contains(refusal("p,n\nx,1\n\"y,2\nz,3", ":n"), "line 3 has a quote that is not closed"));
  CHECK(contains(refusal("a,b\n1,2", ":c"), "'c' is neither a column nor an element type"));
  CHECK(contains(refusal("a,b\n1,2", ":c"), "the columns are 'a', 'b'"));
  CHECK(contains(refusal("a,b\nx,2"), "choose columns: " + folder.file("x.csv") + ":b"));
  CHECK(contains(refusal("a,b\n1,2\n3", ":a"), "line 3 has 1 columns, the rows before have 2"));
  CHECK(contains(refusal("1,2", ":2"), "neither a column"));
  CHECK(contains(refusal("18446744073709551615"), ":uint64"));
  CHECK(contains(refusal("18446744073709551617"), "no integer dtype holds it"));
  CHECK(contains(refusal("1,5;2,5"), "line 1 has both commas and semicolons"));
  CHECK(contains(refusal("\n\n1.5.2"), "line 3 has '1.5.2'"));
  CHECK(contains(refusal("9007199254740993"), "which float64 would round"));
  CHECK(contains(refusal("1e400"), "line 1 has '1e400', which is no float64 number"));
  CHECK(contains(refusal("-1e39", ":float32"), "no float32 number"));
  CHECK(contains(refusal("300", ":uint8"), "no uint8 number"));
  CHECK(contains(refusal("-1", ":uint8"), "no uint8 number"));
  CHECK(contains(refusal("1.5", ":int32"), "no int32 number"));
  CHECK(contains(refusal("2", ":bool"), "no bool number"));
  CHECK(contains(refusal("1+2", ":complex64"), "no complex64 number"));
  CHECK(contains(refusal("1", ":what"), "'what' is neither a column nor an element type"));
  CHECK(contains(refusal(std::string(40, '\0')), "\\x00"));
  CHECK(contains(refusal(std::string((1 << 24) + 100'000, ' ')), "line of 16 MiB"));
  const Array cube = counted(DType::uint8, Dims{2, 2, 2});
  CHECK(contains(message_of([&] { save(folder.file("y.txt"), cube); }), "3 dimensions"));
  const std::uint8_t byte = 1;
  const ArrayView many(&byte, DType::uint8, Dims{io::kMostTextElements + 1}, Dims{0});
  CHECK(contains(message_of([&] { save(folder.file("y.txt"), many); }), "at most 16777216"));
  const ArrayView empty(&byte, DType::uint8, Dims{std::int64_t{1} << 40, 0});
  CHECK(contains(message_of([&] { save(folder.file("y.txt"), empty); }), "16777216 rows, not 109"));
  CHECK(folder.entries() == 1);
}

TEST_CASE("io: a table that memory does not hold is refused with the memory that it needs") {
  const ScratchFolder folder;
  const Array table = counted(DType::int32, Dims{30'000, 3});
  save(folder.file("t.csv"), table);
  const std::string path = folder.file("t.csv");
  CHECK(open_source(path, {3 * 90'000 * 8 + 1, 0})->bytes() == 90'000 * 8);
  try {
    open_source(path, {100'000, 5'000'000});
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::memory);
    const std::string text = e.what();
    const double asked = std::stod(text.substr(text.find("needs ") + 6)) * (1 << 20);
    CHECK(asked >= 3 * 90'000 * 8 + 5'000'000);
    CHECK(asked < 2 * (3 * 90'000 * 8 + 5'000'000));
  }
}

TEST_CASE("io: random text is numbers or an error") {
  const ScratchFolder folder;
  constexpr unsigned kSeed = 20264;
  INFO("seed " << kSeed);
  std::mt19937 random(kSeed);
  int refused = 0;
  for (int i = 0; i < 400; ++i) {
    std::string text;
    for (auto n = random() % 40; n-- > 0;)
      text += "0123456789 ,;\n\t#.-+ejnaf()\xff\r"[random() % 28];
    const std::string path = folder.write("x.txt", text);
    for (const std::string dtype : {"", ":int8", ":complex64", ":bfloat16", ":bool"}) {
      const std::string message = message_of([&] { load(path + dtype); });
      refused += message == "(no error)" ? 0 : 1;
      CHECK_FALSE(contains(message, "(another code)"));
    }
  }
  CHECK(refused > 100);
}
