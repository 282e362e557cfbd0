// The bounded map of the caches.
#include <string>

#include "base/lru_map.hpp"
#include "catch.hpp"

using Map = tightloop::base::LruMap<const int>;

TEST_CASE("base: the least recently used entry makes room") {
  Map map(2, 1000);
  CHECK(map.insert("a", std::make_shared<const int>(1)).empty());
  CHECK(map.insert("b", std::make_shared<const int>(2)).empty());
  REQUIRE(map.find("a") != nullptr);
  const auto dropped = map.insert("c", std::make_shared<const int>(3));
  REQUIRE(dropped.size() == 1);
  CHECK(*dropped[0] == 2);
  CHECK(map.find("b") == nullptr);
  CHECK(*map.find("a") == 1);
  CHECK(map.size() == 2);
}

TEST_CASE("base: long keys leave room for few entries, and for the newest always") {
  Map map(100, 1000);
  for (char c = 'a'; c < 'k'; ++c) map.insert(std::string(100, c), std::make_shared<const int>(c));
  CHECK(map.size() == 10);
  CHECK(map.insert(std::string(5000, 'x'), std::make_shared<const int>(0)).size() == 10);
  CHECK(map.size() == 1);
  CHECK(map.find(std::string(5000, 'x')) != nullptr);
  Map other(100, 1000);
  map.swap(other);
  map.insert("short", std::make_shared<const int>(1));
  map.insert("other", std::make_shared<const int>(2));
  CHECK(map.size() == 2);
}
