// Polynomials and digits of pi for the circular and hyperbolic leaves, printed by
// derive_trigonometry.py. D is float64, F float32.
#pragma once

namespace tightloop::math {
namespace {
constexpr double kPi1D = 0x1.921fb54442d18p+1;
constexpr double kPi2D = 0x1.1a62633145c06p-53;
constexpr double kPi3D = 0x1.c1cd129024e08p-106;
constexpr double kInvPiD = 0x1.45f306dc9c883p-2;
// [0, 2.467], error 2^-61.65
constexpr double kSinPolyD[8] = {
    -0x1.5555555555555p-3,  0x1.11111111110c1p-7,  -0x1.a01a01a0148b9p-13, 0x1.71de3a5287aa2p-19,
    -0x1.ae6454cb4a082p-26, 0x1.6123cb25d881dp-33, -0x1.ae431cd3ebb37p-41, 0x1.88298fd97bfd0p-49};
// [0, 0.6169], error 2^-57.23
constexpr double kTanBelowPolyD[9] = {
    -0x1.555555555556bp-2,  -0x1.6c16c16c117c1p-6,  -0x1.1566abc3ad1cbp-9,
    -0x1.bbd776c6926e5p-13, -0x1.66a968b213200p-16, -0x1.2272daeee6880p-19,
    -0x1.d8c0eae50828dp-23, -0x1.6950545362a5cp-26, -0x1.aa3d62b24bbc2p-29};
// [0, 0.25], error 2^-55.9
constexpr double kAsinPolyD[12] = {
    0x1.5555555555391p-3, 0x1.333333336e6edp-4, 0x1.6db6db4284931p-5,  0x1.f1c72c35f8792p-6,
    0x1.6e89f48338ddbp-6, 0x1.1c6bddeeb0c37p-6, 0x1.c6fe0726f8572p-7,  0x1.8ec14b998f273p-7,
    0x1.abdd47723ce84p-8, 0x1.3feb98634af5ap-6, -0x1.09c598703a37ep-6, 0x1.0568fdaca0535p-5};
// [0, 0.25], error 2^-57.78
constexpr double kAtanPolyD[12] = {
    -0x1.5555555555516p-2, 0x1.9999999991150p-3, -0x1.249249215e206p-3, 0x1.c71c7090fa821p-4,
    -0x1.745cf4ccc4157p-4, 0x1.3b113dd783aa5p-4, -0x1.10f31ff148cdcp-4, 0x1.dfe9824bdcd45p-5,
    -0x1.a398910e9b06fp-5, 0x1.56f635773409ep-5, -0x1.c1811bd39cbccp-6, 0x1.4b85b73694c05p-7};
// [0, 0.25], error 2^-60.42
constexpr double kAsinhPolyD[12] = {
    -0x1.5555555555541p-3, 0x1.3333333330757p-4, -0x1.6db6db6ba6321p-5, 0x1.f1c71ba9a79fbp-6,
    -0x1.6e8b8ca5df613p-6, 0x1.1c4d2fa12cbb7p-6, -0x1.c972eac51f9c1p-7, 0x1.7941eb55b2591p-7,
    -0x1.386a3a4f0007dp-7, 0x1.e94439cab8248p-8, -0x1.37226b189f161p-8, 0x1.c263a22bc2f3bp-10};
// [0, 0.5], error 2^-60.42
constexpr double kAcoshPolyD[12] = {
    -0x1.5555555555541p-4,  0x1.3333333330757p-6,  -0x1.6db6db6ba6321p-8,  0x1.f1c71ba9a79fbp-10,
    -0x1.6e8b8ca5df613p-11, 0x1.1c4d2fa12cbb7p-12, -0x1.c972eac51f9c1p-14, 0x1.7941eb55b2591p-15,
    -0x1.386a3a4f0007dp-16, 0x1.e94439cab8248p-18, -0x1.37226b189f161p-19, 0x1.c263a22bc2f3bp-22};
// [0, 0.1202], error 2^-61.74
constexpr double kSinhPolyD[5] = {0x1.5555555555559p-3, 0x1.111111110f6c0p-7, 0x1.a01a01afdf4d0p-13,
                                  0x1.71ddf85fd8be1p-19, 0x1.af5eade779200p-26};
// [-0.3467, 0.3468], error 2^-55.6
constexpr double kWideExpm1PolyD[10] = {
    0x1.0000000000005p-1,  0x1.5555555555539p-3,  0x1.555555555228ap-5,  0x1.111111111919ep-7,
    0x1.6c16c17eead19p-10, 0x1.a01a0174d535cp-13, 0x1.a019a73c6cdbdp-16, 0x1.71de87b0b7bccp-19,
    0x1.28a215d4c8553p-22, 0x1.ae6d8e8f7e3c6p-26};
// [0, 0.1202], error 2^-58.07
constexpr double kCoshPolyD[5] = {0x1.000000000000bp-1, 0x1.555555555008dp-5, 0x1.6c16c18591f66p-10,
                                  0x1.a01996cc0e204p-16, 0x1.28b017f1cef68p-22};
constexpr float kPi1F = 0x1.921fb40000000p+1f;
constexpr float kPi2F = 0x1.4442d00000000p-23f;
constexpr float kPi3F = 0x1.8469880000000p-47f;
constexpr float kInvPiF = 0x1.45f3060000000p-2f;
// [0, 2.493], error 2^-27.22
constexpr float kSinPolyF[4] = {-0x1.55554c0000000p-3f, 0x1.110ec20000000p-7f,
                                -0x1.9f6c7a0000000p-13f, 0x1.5d897e0000000p-19f};
// [0, 0.6295], error 2^-27.22
constexpr float kTanBelowPolyF[4] = {-0x1.5555420000000p-2f, -0x1.6c298e0000000p-6f,
                                     -0x1.12b1d00000000p-9f, -0x1.04c4de0000000p-12f};
// [0, 0.25], error 2^-27.62
constexpr float kAsinPolyF[5] = {0x1.5555c80000000p-3f, 0x1.3301e40000000p-4f,
                                 0x1.747e4a0000000p-5f, 0x1.8c28340000000p-6f,
                                 0x1.596d340000000p-5f};
// [0, 0.25], error 2^-27.49
constexpr float kAtanPolyF[5] = {-0x1.5555120000000p-2f, 0x1.997b540000000p-3f,
                                 -0x1.224de00000000p-3f, 0x1.a027820000000p-4f,
                                 -0x1.a476980000000p-5f};
// [0, 0.25], error 2^-29.59
constexpr float kAsinhPolyF[5] = {-0x1.5555360000000p-3f, 0x1.3325100000000p-4f,
                                  -0x1.6b99140000000p-5f, 0x1.cd85ec0000000p-6f,
                                  -0x1.b1c4be0000000p-7f};
// [0, 0.5], error 2^-29.59
constexpr float kAcoshPolyF[5] = {-0x1.5555360000000p-4f, 0x1.3325100000000p-6f,
                                  -0x1.6b99140000000p-8f, 0x1.cd85ec0000000p-10f,
                                  -0x1.b1c4be0000000p-12f};
// [0, 0.1202], error 2^-26.18
constexpr float kSinhPolyF[2] = {0x1.5554b00000000p-3f, 0x1.1227bc0000000p-7f};
// [-0.3467, 0.3468], error 2^-26.17
constexpr float kWideExpm1PolyF[5] = {0x1.fffffe0000000p-2f, 0x1.5554b00000000p-3f,
                                      0x1.5556700000000p-5f, 0x1.1227ae0000000p-7f,
                                      0x1.6befd60000000p-10f};
// [0, 0.1202], error 2^-34.34
constexpr float kCoshPolyF[3] = {0x1.0000000000000p-1f, 0x1.5554800000000p-5f,
                                 0x1.6d966a0000000p-10f};
// 2^(32 g + 1) / pi modulo 2^53, where g counts 32 binades from 2 on
alignas(64) constexpr double kInversePiD1[32] = {0x0p+0,
                                                 0x1.45f306dc00000p+31,
                                                 0x1.9836e4e441529p+52,
                                                 0x1.054a7f09d5f44p+50,
                                                 0x1.d5f47d4d37700p+50,
                                                 0x1.4ddc0db629599p+52,
                                                 0x1.4acc9e21c8208p+49,
                                                 0x1.c820ff28b1d58p+49,
                                                 0x1.163abdebbc561p+52,
                                                 0x1.bc561b7246e3ap+52,
                                                 0x1.1b8e909374b80p+50,
                                                 0x1.ba5c00c925dd4p+51,
                                                 0x1.25dd413a32438p+51,
                                                 0x1.1921cfe1deb1cp+52,
                                                 0x1.deb1cb129a73ep+52,
                                                 0x1.34e7dd1046beap+51,
                                                 0x1.1afa975da2420p+49,
                                                 0x1.b4484e99c7026p+52,
                                                 0x1.c7026b45f7e41p+52,
                                                 0x1.f7e413991d639p+52,
                                                 0x1.1d639835339f4p+52,
                                                 0x1.339f49c845f8bp+52,
                                                 0x1.17e2ef7e4a0ecp+50,
                                                 0x1.9283b1ff897ffp+52,
                                                 0x1.897ffde05980fp+52,
                                                 0x1.6603fbcbc462cp+50,
                                                 0x1.e2316b414da3ep+51,
                                                 0x1.4da3eda6cfd9ep+51,
                                                 0x1.67ecf27cb09b7p+52,
                                                 0x1.6136e9e8c7eccp+51,
                                                 0x1.8fd9a797fa8b4p+50,
                                                 0x1.fea2d7527bac7p+52};
alignas(64) constexpr double kInversePiD2[32] = {
    0x1.45f306dc9c882p-1, 0x1.391054a7f09d4p-2, 0x1.f84eafa3ea69bp-1, 0x1.ea69bb81b6c52p-1,
    0x1.b6c52b3278872p-1, 0x1.e21c820ff28b0p-3, 0x1.fca2c757bd778p-1, 0x1.bd778ac36e48dp-1,
    0x1.6e48dc74849bap-1, 0x1.09374b801924ap-2, 0x1.924bba8274640p-6, 0x1.3a32439fc3bd0p-5,
    0x1.fc3bd63962534p-1, 0x1.62534e7dd1046p-1, 0x1.d1046bea5d768p-1, 0x1.75da24274ce38p-3,
    0x1.d338e04d68befp-1, 0x1.68befc827323ap-1, 0x1.cc8eb1cc1a99cp-3, 0x1.06a673e93908bp-1,
    0x1.3908bf177bf25p-1, 0x1.7bf250763ff12p-1, 0x1.ff897ffde0598p-4, 0x1.bc0b301fde5e2p-1,
    0x1.de5e2316b414dp-1, 0x1.6829b47db4d9ep-2, 0x1.b4d9fb3c9f2c2p-2, 0x1.3e584dba7a31cp-3,
    0x1.3d18fd9a797fap-2, 0x1.3cbfd45aea4f7p-1, 0x1.d49eeb1faf97cp-2, 0x1.d7cbe2f67a0e7p-1};
alignas(64) constexpr double kInversePiD3[32] = {
    0x1.4a7f09d5f47d4p-54, 0x1.f47d4d377036dp-54, 0x1.7036d8a5664f1p-54, 0x1.664f10e4107f9p-54,
    0x1.07f9458eaf7a0p-58, 0x1.d5ef5de2b0db8p-55, 0x1.586dc91b8e909p-54, 0x1.8e909374b8019p-54,
    0x1.700324977504ep-55, 0x1.ba827464873f8p-54, 0x1.0e7f0ef58e588p-55, 0x1.8e5894d39f744p-55,
    0x1.cfba208d7d4bap-54, 0x1.7d4baed1213a6p-54, 0x1.213a671c09ad1p-54, 0x1.35a2fbf209cc0p-59,
    0x1.904e64758e60dp-54, 0x1.8e60d4ce7d272p-54, 0x1.f49c845f8bbdcp-56, 0x1.e2ef7e4a0ec7fp-54,
    0x1.d8ffc4bffef00p-59, 0x1.fff7816603fbcp-54, 0x1.fde5e2316b400p-61, 0x1.8b5a0a6d1f6d0p-56,
    0x1.47db4d9fb3c9fp-54, 0x1.b3c9f2c26dd3dp-54, 0x1.b74f463f669e4p-56, 0x1.d9a797fa8b5d4p-54,
    0x1.16ba93dd63f5ep-55, 0x1.63f5f2f8bd9e8p-55, 0x1.7b3d0739f78a4p-56, 0x1.f78a5292ea6bcp-56};
alignas(64) constexpr double kInversePiD4[32] = {
    0x1.a6ee06db14acdp-107, 0x1.14acc9e21c821p-107, 0x1.c820ff28b1d5fp-111, 0x1.163abdebbc562p-108,
    0x1.de2b0db92371dp-107, 0x1.2371d2126e970p-107, 0x1.ba5c00c925dd4p-109, 0x1.25dd413a3243ap-109,
    0x1.1921cfe1deb1dp-108, 0x1.deb1cb129a73fp-108, 0x1.4d39f74411afbp-107, 0x1.1afa975da2427p-111,
    0x1.da24274ce3813p-107, 0x1.c7026b45f7e41p-108, 0x1.f7e413991d63ap-108, 0x1.1d639835339f5p-108,
    0x1.339f49c845f8cp-108, 0x1.17e2ef7e4a0ecp-110, 0x1.c941d8ffc4c00p-107, 0x1.c4bffef02cc08p-107,
    0x1.6603fbcbc462dp-110, 0x1.788c5ad053690p-107, 0x1.4da3eda6cfd9ep-109, 0x1.b3f6793e584dcp-107,
    0x1.6136e9e8c7ecdp-109, 0x1.8fd9a797fa8b6p-110, 0x1.fea2d7527bac8p-108, 0x1.3dd63f5f2f8bep-107,
    0x1.2f8bd9e839cfcp-107, 0x1.ce7de294a4baap-110, 0x1.292ea6bfb5fb1p-108, 0x1.dafd88fc6ae84p-107};
// 2^(16 g + 1) / pi modulo 2^24, where g counts 16 binades
alignas(64) constexpr double kInversePiF1[8] = {
    0x1.45f306d000000p-1,  0x1.45f306dc9c800p+15, 0x1.f306dc9c882a5p+23, 0x1.b9391054a7f08p+22,
    0x1.1054a7f09d5f4p+22, 0x1.4fe13abe8fa98p+21, 0x1.3abe8fa9a6ee0p+21, 0x1.a3ea69bb81b6cp+23};
alignas(64) constexpr double kInversePiF2[8] = {
    0x1.9391054a7f09dp-30, 0x1.054a7f09d5f48p-30, 0x1.fc2757d1f534ep-32, 0x1.d5f47d4d37703p-30,
    0x1.f534ddc0db629p-32, 0x1.377036d8a5665p-30, 0x1.b6c52b3278872p-33, 0x1.4acc9e21c8210p-31};
}  // namespace
}  // namespace tightloop::math
