// Writes the reference pages into the folder that is given; the build target `docs` runs it.
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

#include "pages.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: tightloop_reference FOLDER\n", stderr);
    return 2;
  }
  try {
    for (const tightloop::docs::Page& page : tightloop::docs::reference_pages()) {
      const std::string path = std::string(argv[1]) + "/" + page.file;
      std::ofstream file(path, std::ios::binary);
      file << page.text;
      file.close();
      if (!file) {
        std::fprintf(stderr, "cannot write %s\n", path.c_str());
        return 1;
      }
      std::printf("%s: %zu bytes\n", path.c_str(), page.text.size());
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
