// Polynomials and tables of pow and exp10, printed by derive_special.py. D is float64, F float32.
#pragma once

namespace tightloop::math {
namespace {
alignas(64) constexpr double kPowC[16] = {
    0x1.0000000000000p+0, 0x1.e200000000000p-1, 0x1.c700000000000p-1, 0x1.af00000000000p-1,
    0x1.9a00000000000p-1, 0x1.8600000000000p-1, 0x1.7400000000000p-1, 0x1.6400000000000p-1,
    0x1.5580000000000p+0, 0x1.4780000000000p+0, 0x1.3b00000000000p+0, 0x1.2f80000000000p+0,
    0x1.2480000000000p+0, 0x1.1a80000000000p+0, 0x1.1100000000000p+0, 0x1.0880000000000p+0};
alignas(64) constexpr double kPowLogHi[16] = {0x0p+0,
                                              0x1.eea31c0068000p-5,
                                              0x1.e3707ee304000p-4,
                                              0x1.60b3100b0a000p-3,
                                              0x1.c6ffbc6f00000p-3,
                                              0x1.16b5ccbad0000p-2,
                                              0x1.4718dc271c000p-2,
                                              0x1.741d876c68000p-2,
                                              -0x1.27161913f8000p-2,
                                              -0x1.f871b28956000p-3,
                                              -0x1.a8becfc882000p-3,
                                              -0x1.5c94007598000p-3,
                                              -0x1.10f8e42254000p-3,
                                              -0x1.9375e55594000p-4,
                                              -0x1.0759835990000p-4,
                                              -0x1.0b94f7c198000p-5};
alignas(64) constexpr double kPowLogLo[16] = {0x0p+0,
                                              0x1.c3dd83606d891p-44,
                                              0x1.0f684e6766abdp-45,
                                              -0x1.71456c988f814p-44,
                                              0x1.ee138d3a69d43p-44,
                                              -0x1.23299042d74bfp-44,
                                              0x1.06c18fb4c14c5p-44,
                                              -0x1.13a7b5b11cfa7p-44,
                                              -0x1.4f4f1f61564b4p-44,
                                              0x1.f75fd6a526efep-44,
                                              -0x1.e3185cf21b9cfp-44,
                                              0x1.a8d948cd23322p-44,
                                              0x1.93b3843396307p-45,
                                              -0x1.eddc37380c364p-44,
                                              0x1.b8ecfe4b59987p-44,
                                              0x1.e89896f022783p-45};
constexpr double kPowLn2Hi = 0x1.62e42fefa3800p-1;
constexpr double kPowLn2Lo = 0x1.ef35793c76730p-45;
// [-0.0325, 0.0325], error 2^-56.07
constexpr double kPowPoly[9] = {0x1.5555555555555p-2,  -0x1.fffffffffff7cp-3, 0x1.9999999999770p-3,
                                -0x1.55555556eb104p-3, 0x1.24924927fda38p-3,  -0x1.ffffd5ced26eap-4,
                                0x1.c71c33ad6413dp-4,  -0x1.9a698de2a289ep-4, 0x1.7547d72774304p-4};
// [-0.0325, 0.0325], error 2^-31.52
constexpr double kPowShortPoly[5] = {-0x1.0000000013df3p-1, 0x1.555551fc99b24p-2,
                                     -0x1.fffff0e55d465p-3, 0x1.99fc941915b62p-3,
                                     -0x1.55ce39cf749c7p-3};
// [-0.02166, 0.02173], error 2^-25.48
constexpr double kPowShortExpPoly[3] = {0x1.fffffffd2e5d5p-2, 0x1.5556e09d2a2eep-3,
                                        0x1.5558b674229a8p-5};
constexpr double kLog2Of10D = 0x1.a934f0979a371p+1;
constexpr double kLog10Of2ShortHiD = 0x1.34413509f0000p-2;
constexpr double kLog10Of2ShortLoD = 0x1.e7fbcc47c4acdp-40;
constexpr double kLn10D = 0x1.26bb1bbb55516p+1;
constexpr float kLog2Of10F = 0x1.a934f00000000p+1f;
constexpr float kLog10Of2ShortHiF = 0x1.3440000000000p-2f;
constexpr float kLog10Of2ShortLoF = 0x1.3509f80000000p-18f;
constexpr float kLn10F = 0x1.26bb1c0000000p+1f;
}  // namespace
}  // namespace tightloop::math
