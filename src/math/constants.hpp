// Polynomials and tables of the vector math leaves, printed by derive_constants.py: minimax by
// Remez exchange, reductions by table (Tang, ACM TOMS 1989 and 1990). D is float64, F float32.
#pragma once

namespace tightloop::math {
namespace {
// 2^(j/16)
alignas(64) constexpr double kExp2TableD[16] = {
    0x1.0000000000000p+0, 0x1.0b5586cf9890fp+0, 0x1.172b83c7d517bp+0, 0x1.2387a6e756238p+0,
    0x1.306fe0a31b715p+0, 0x1.3dea64c123422p+0, 0x1.4bfdad5362a27p+0, 0x1.5ab07dd485429p+0,
    0x1.6a09e667f3bcdp+0, 0x1.7a11473eb0187p+0, 0x1.8ace5422aa0dbp+0, 0x1.9c49182a3f090p+0,
    0x1.ae89f995ad3adp+0, 0x1.c199bdd85529cp+0, 0x1.d5818dcfba487p+0, 0x1.ea4afa2a490dap+0};
// what the rounding of kExp2Table left
alignas(64) constexpr double kExp2LowD[16] = {0x0p+0,
                                              0x1.8a62e4adc610bp-54,
                                              -0x1.19041b9d78a76p-55,
                                              0x1.9b07eb6c70573p-54,
                                              0x1.6f46ad23182e4p-55,
                                              0x1.ada0911f09ebcp-55,
                                              0x1.d4397afec42e2p-56,
                                              0x1.6324c054647adp-54,
                                              -0x1.bdd3413b26456p-54,
                                              -0x1.41577ee04992fp-55,
                                              0x1.6e9f156864b27p-54,
                                              0x1.c7c46b071f2bep-56,
                                              0x1.7a1cd345dcc81p-54,
                                              0x1.11065895048ddp-55,
                                              0x1.2ed02d75b3707p-55,
                                              -0x1.e9c23179c2893p-54};
constexpr double kLog2ED = 0x1.71547652b82fep+0;
constexpr double kLn2HiD = 0x1.62e42fefa0000p-1;
constexpr double kLn2LoD = 0x1.cf79abc9e3b3ap-40;
// [-0.02166, 0.02173], error 2^-56.24
constexpr double kExpPolyD[5] = {0x1.0000000000019p-1, 0x1.555555548e43fp-3, 0x1.555555513ead9p-5,
                                 0x1.11123ba2d176fp-7, 0x1.6c1b690d6fc10p-10};
// [-0.02166, 0.02173], error 2^-59.98
constexpr double kExpm1PolyD[6] = {0x1.0000000000003p-1,  0x1.555555555555cp-3,
                                   0x1.55555554ac386p-5,  0x1.1111110fdc600p-7,
                                   0x1.6c18205bc18b9p-10, 0x1.a01d015bce3f4p-13};
// [-0.03125, 0.03135], error 2^-56.98
constexpr double kExp2PolyD[6] = {0x1.62e42fefa39fdp-1,  0x1.ebfbdff82c5d1p-3,
                                  0x1.c6b08d6e88538p-5,  0x1.3b2ab6f783043p-7,
                                  0x1.5d89bf622dee3p-10, 0x1.430d289b49e92p-13};
alignas(64) constexpr double kLogCD[16] = {
    0x1.0000000000000p+0, 0x1.d400000000000p-1, 0x1.bb00000000000p-1, 0x1.a400000000000p-1,
    0x1.9000000000000p-1, 0x1.7d00000000000p-1, 0x1.6c00000000000p-1, 0x1.5d00000000000p-1,
    0x1.4e00000000000p-1, 0x1.4100000000000p-1, 0x1.3500000000000p-1, 0x1.2a00000000000p-1,
    0x1.1f00000000000p-1, 0x1.1600000000000p-1, 0x1.0d00000000000p-1, 0x1.0000000000000p-1};
alignas(64) constexpr double kLogHiD[16] = {0x0p+0,
                                            0x1.700d30aeac000p-4,
                                            0x1.28753bc11a000p-3,
                                            0x1.95a5adcf70000p-3,
                                            0x1.f991c6cb3c000p-3,
                                            0x1.2e9e2bce12000p-2,
                                            0x1.5d5bddf596000p-2,
                                            0x1.8873658328000p-2,
                                            0x1.b56fa04463000p-2,
                                            0x1.de16b56ef9000p-2,
                                            0x1.028d2d6a96000p-1,
                                            0x1.151c3f6f29800p-1,
                                            0x1.285e0842ca000p-1,
                                            0x1.38ae217197800p-1,
                                            0x1.4987ace0da800p-1,
                                            0x1.62e42fefa3800p-1};
alignas(64) constexpr double kLogLoD[16] = {0x0p+0,
                                            0x1.c1e8da99ded32p-49,
                                            0x1.7494e359302e6p-44,
                                            0x1.7f22858a0ff6fp-47,
                                            -0x1.90d04cd7cc834p-44,
                                            0x1.4300c128d1dc2p-45,
                                            -0x1.a0b2a08a465dcp-47,
                                            -0x1.988e21f7fc497p-45,
                                            -0x1.bdab6b49ef99bp-44,
                                            0x1.e08cfe6fe4752p-47,
                                            0x1.fa3fec303d080p-44,
                                            -0x1.edd97a293ae49p-45,
                                            0x1.c1c4d866d5f22p-44,
                                            -0x1.18b7abb5569a4p-45,
                                            0x1.d83ed15c6b2f4p-44,
                                            0x1.ef35793c76730p-45};
constexpr double kLogOf2HiD = 0x1.62e42fefa3800p-1;
constexpr double kLogOf2LoD = 0x1.ef35793c76730p-45;
constexpr double kLogLeadHiD = 0x1.0000000000000p+0;
constexpr double kLogLeadLoD = 0x0p+0;
// [-0.03226, 0.0625], error 2^-56.47
constexpr double kLogPolyD[9] = {
    -0x1.0000000000001p-1, 0x1.555555555605ap-2,  -0x1.0000000001659p-2,
    0x1.9999997fc0fbap-3,  -0x1.55555416e829dp-3, 0x1.2492d21e50687p-3,
    -0x1.000b254624163p-3, 0x1.c5ba4a036227fp-4,  -0x1.67b139c66e8c6p-4};
alignas(64) constexpr double kLog2CD[16] = {
    0x1.0000000000000p+0, 0x1.d400000000000p-1, 0x1.bb00000000000p-1, 0x1.a400000000000p-1,
    0x1.9000000000000p-1, 0x1.7d00000000000p-1, 0x1.6c00000000000p-1, 0x1.5d00000000000p-1,
    0x1.4e00000000000p-1, 0x1.4100000000000p-1, 0x1.3500000000000p-1, 0x1.2a00000000000p-1,
    0x1.1f00000000000p-1, 0x1.1600000000000p-1, 0x1.0d00000000000p-1, 0x1.0000000000000p-1};
alignas(64) constexpr double kLog2HiD[16] = {0x0p+0,
                                             0x1.097e38ce60000p-3,
                                             0x1.abb2ca9ec8000p-3,
                                             0x1.249cd2b13d000p-2,
                                             0x1.6cb0f6865d000p-2,
                                             0x1.b495d4e918000p-2,
                                             0x1.f804ae8d0d000p-2,
                                             0x1.1b17e849ae000p-1,
                                             0x1.3b8b1c68fa800p-1,
                                             0x1.58de3bf8b8000p-1,
                                             0x1.7502cc4a27800p-1,
                                             0x1.8fc924c89b000p-1,
                                             0x1.ab9151be16800p-1,
                                             0x1.c31a27dd00800p-1,
                                             0x1.db694903d9800p-1,
                                             0x1.0000000000000p+0};
alignas(64) constexpr double kLog2LoD[16] = {0x0p+0,
                                             0x1.924ae921f7ecap-45,
                                             -0x1.71b3a63cddadfp-44,
                                             -0x1.49d97df07e357p-45,
                                             -0x1.c57f2495fb7fap-44,
                                             0x1.7dd4bcb97f73cp-44,
                                             -0x1.7f33943464056p-45,
                                             -0x1.ecf4dff1e8ea2p-44,
                                             -0x1.12d25b3252647p-45,
                                             0x1.258110a38f4e9p-44,
                                             0x1.c029a071eeb10p-44,
                                             -0x1.bdc81c4db3134p-44,
                                             0x1.badba7fbb3d20p-46,
                                             0x1.a4de3424a2624p-44,
                                             -0x1.a3c89a2cf3516p-44,
                                             0x0p+0};
constexpr double kLog2Of2HiD = 0x1.0000000000000p+0;
constexpr double kLog2Of2LoD = 0x0p+0;
constexpr double kLog2LeadHiD = 0x1.71547652b82fep+0;
constexpr double kLog2LeadLoD = 0x1.777d0ffda0d24p-56;
// [-0.03226, 0.0625], error 2^-56.47
constexpr double kLog2PolyD[9] = {
    -0x1.71547652b82ffp-1, 0x1.ec709dc3a13e3p-2,  -0x1.71547652ba33cp-2,
    0x1.2776c4fc54de9p-2,  -0x1.ec709bf83bd52p-3, 0x1.a6182844da3a6p-3,
    -0x1.71648aba34000p-3, 0x1.474b9bc2d1e9ep-3,  -0x1.03769056f252ap-3};
alignas(64) constexpr double kLog10CD[16] = {
    0x1.0000000000000p+0, 0x1.d400000000000p-1, 0x1.bb00000000000p-1, 0x1.a400000000000p-1,
    0x1.9000000000000p-1, 0x1.7d00000000000p-1, 0x1.6c00000000000p-1, 0x1.5d00000000000p-1,
    0x1.4e00000000000p-1, 0x1.4100000000000p-1, 0x1.3500000000000p-1, 0x1.2a00000000000p-1,
    0x1.1f00000000000p-1, 0x1.1600000000000p-1, 0x1.0d00000000000p-1, 0x1.0000000000000p-1};
alignas(64) constexpr double kLog10HiD[16] = {0x0p+0,
                                              0x1.3faf7c6630000p-5,
                                              0x1.0180066494000p-4,
                                              0x1.605735ee98000p-4,
                                              0x1.b721cd1714000p-4,
                                              0x1.06d9bc53c2000p-3,
                                              0x1.2f7301cf4e000p-3,
                                              0x1.54e0df3198000p-3,
                                              0x1.7bf3bde09a000p-3,
                                              0x1.9f433807e8000p-3,
                                              0x1.c12660c730000p-3,
                                              0x1.e163d527e6000p-3,
                                              0x1.016bdf6a18000p-2,
                                              0x1.0f972f87ff000p-2,
                                              0x1.1e39e209bd000p-2,
                                              0x1.34413509f7000p-2};
alignas(64) constexpr double kLog10LoD[16] = {0x0p+0,
                                              0x1.83662f181f53fp-47,
                                              -0x1.7e8c80c5d00f2p-44,
                                              0x1.7c3cf23a17d9fp-46,
                                              0x1.7e295f660b9dap-44,
                                              0x1.2818deee1fa45p-44,
                                              0x1.0f5c70d1a6341p-44,
                                              0x1.0ca922cd70acap-44,
                                              -0x1.9fc01708d86e7p-48,
                                              -0x1.f2832955d7d26p-45,
                                              0x1.a1825c1fa039ep-44,
                                              0x1.19d69f22e93e4p-44,
                                              0x1.77bf652b01c58p-50,
                                              0x1.eac1871dbdbbfp-45,
                                              0x1.5ffaaed015cf1p-47,
                                              0x1.3fde623e2566bp-43};
constexpr double kLog10Of2HiD = 0x1.34413509f7000p-2;
constexpr double kLog10Of2LoD = 0x1.3fde623e2566bp-43;
constexpr double kLog10LeadHiD = 0x1.bcb7b1526e50ep-2;
constexpr double kLog10LeadLoD = 0x1.95355baaafad3p-57;
// [-0.03226, 0.0625], error 2^-56.47
constexpr double kLog10PolyD[9] = {
    -0x1.bcb7b1526e510p-3, 0x1.287a7636f4cf1p-3,  -0x1.bcb7b15270be1p-4,
    0x1.63c6275eb1eeap-4,  -0x1.287a75225f4bep-4, 0x1.fc4094087f826p-5,
    -0x1.bccb0df772676p-5, 0x1.8a1a55685682fp-5,  -0x1.386cbc84e7a58p-5};
// [1, 2], error 2^-17.41
constexpr double kCbrtPolyD[6] = {0x1.c7f37f92431fcp+0, -0x1.90e77d603d228p+0,
                                  0x1.3e68e1c0ef156p+0, -0x1.321c5ec8fd2e5p-1,
                                  0x1.3fa22503cd3eap-3, -0x1.16d6641d443efp-6};
// 2^(-j/3)
constexpr double kCbrtScaleD[3] = {0x1.0000000000000p+0, 0x1.965fea53d6e3dp-1,
                                   0x1.428a2f98d728bp-1};
// 2^(j/16)
alignas(64) constexpr float kExp2TableF[16] = {
    0x1.0000000000000p+0f, 0x1.0b55860000000p+0f, 0x1.172b840000000p+0f, 0x1.2387a60000000p+0f,
    0x1.306fe00000000p+0f, 0x1.3dea640000000p+0f, 0x1.4bfdae0000000p+0f, 0x1.5ab07e0000000p+0f,
    0x1.6a09e60000000p+0f, 0x1.7a11480000000p+0f, 0x1.8ace540000000p+0f, 0x1.9c49180000000p+0f,
    0x1.ae89fa0000000p+0f, 0x1.c199be0000000p+0f, 0x1.d5818e0000000p+0f, 0x1.ea4afa0000000p+0f};
// what the rounding of kExp2Table left
alignas(64) constexpr float kExp2LowF[16] = {0x0p+0f,
                                             0x1.9f31220000000p-25f,
                                             -0x1.c157420000000p-27f,
                                             0x1.ceac480000000p-25f,
                                             0x1.4636e20000000p-25f,
                                             0x1.8246840000000p-25f,
                                             -0x1.593abc0000000p-25f,
                                             -0x1.5bd5ec0000000p-27f,
                                             0x1.9fcef40000000p-26f,
                                             -0x1.829fd00000000p-25f,
                                             0x1.15506e0000000p-27f,
                                             0x1.51f8480000000p-27f,
                                             -0x1.a94b140000000p-26f,
                                             -0x1.3d56b20000000p-27f,
                                             -0x1.822dbc0000000p-27f,
                                             0x1.52486c0000000p-27f};
constexpr float kLog2EF = 0x1.7154760000000p+0f;
constexpr float kLn2HiF = 0x1.62e0000000000p-1f;
constexpr float kLn2LoF = 0x1.0bfbe80000000p-15f;
// [-0.02166, 0.02173], error 2^-29.22
constexpr float kExpPolyF[2] = {0x1.0002220000000p-1f, 0x1.55590e0000000p-3f};
// [-0.02166, 0.02173], error 2^-31.55
constexpr float kExpm1PolyF[3] = {0x1.0000000000000p-1f, 0x1.55570a0000000p-3f,
                                  0x1.5557420000000p-5f};
// [-0.03125, 0.03135], error 2^-29.23
constexpr float kExp2PolyF[3] = {0x1.62e4300000000p-1f, 0x1.ebfffa0000000p-3f,
                                 0x1.c6b8160000000p-5f};
alignas(64) constexpr float kLogCF[32] = {
    0x1.0000000000000p+0f, 0x1.e7c0000000000p-1f, 0x1.dc60000000000p-1f, 0x1.cd40000000000p-1f,
    0x1.c1a0000000000p-1f, 0x1.b5a0000000000p-1f, 0x1.a880000000000p-1f, 0x1.a020000000000p-1f,
    0x1.94e0000000000p-1f, 0x1.8c20000000000p-1f, 0x1.8260000000000p-1f, 0x1.78e0000000000p-1f,
    0x1.70e0000000000p-1f, 0x1.68e0000000000p-1f, 0x1.5f60000000000p-1f, 0x1.5a60000000000p-1f,
    0x1.5220000000000p-1f, 0x1.49a0000000000p-1f, 0x1.43c0000000000p-1f, 0x1.3e80000000000p-1f,
    0x1.3820000000000p-1f, 0x1.31e0000000000p-1f, 0x1.2bc0000000000p-1f, 0x1.25e0000000000p-1f,
    0x1.2180000000000p-1f, 0x1.1d20000000000p-1f, 0x1.18a0000000000p-1f, 0x1.13a0000000000p-1f,
    0x1.0ea0000000000p-1f, 0x1.09e0000000000p-1f, 0x1.0560000000000p-1f, 0x1.0000000000000p-1f};
alignas(64) constexpr float kLogHiF[32] = {0x0p+0f,
                                           0x1.8d7d440000000p-5f,
                                           0x1.2766880000000p-4f,
                                           0x1.ab8f020000000p-4f,
                                           0x1.0a0ea20000000p-3f,
                                           0x1.41756c0000000p-3f,
                                           0x1.7fd2300000000p-3f,
                                           0x1.a8a1500000000p-3f,
                                           0x1.e0c2a40000000p-3f,
                                           0x1.06c0ca0000000p-2f,
                                           0x1.2045ca0000000p-2f,
                                           0x1.39c3d20000000p-2f,
                                           0x1.4fbc500000000p-2f,
                                           0x1.6630220000000p-2f,
                                           0x1.8181820000000p-2f,
                                           0x1.902e900000000p-2f,
                                           0x1.a8dde60000000p-2f,
                                           0x1.c2f0160000000p-2f,
                                           0x1.d55a7e0000000p-2f,
                                           0x1.e618520000000p-2f,
                                           0x1.facc8a0000000p-2f,
                                           0x1.07c17e0000000p-1f,
                                           0x1.121cc80000000p-1f,
                                           0x1.1c3f420000000p-1f,
                                           0x1.23ed3c0000000p-1f,
                                           0x1.2bb9260000000p-1f,
                                           0x1.33de4c0000000p-1f,
                                           0x1.3d12b60000000p-1f,
                                           0x1.4672440000000p-1f,
                                           0x1.4f83440000000p-1f,
                                           0x1.5840ae0000000p-1f,
                                           0x1.62e4300000000p-1f};
constexpr float kLogOf2HiF = 0x1.62e4300000000p-1f;
constexpr float kLogOf2LoF = -0x1.05c6100000000p-29f;
constexpr float kLogLeadHiF = 0x1.0000000000000p+0f;
constexpr float kLogLeadLoF = 0x0p+0f;
// [-0.03226, 0.03226], error 2^-31.35
constexpr float kLogPolyF[4] = {-0x1.fffffc0000000p-2f, 0x1.5555500000000p-2f,
                                -0x1.0038d00000000p-2f, 0x1.9a08320000000p-3f};
alignas(64) constexpr float kLog2CF[32] = {
    0x1.0000000000000p+0f, 0x1.e7c0000000000p-1f, 0x1.db40000000000p-1f, 0x1.cd20000000000p-1f,
    0x1.c140000000000p-1f, 0x1.b3e0000000000p-1f, 0x1.aa00000000000p-1f, 0x1.a040000000000p-1f,
    0x1.94c0000000000p-1f, 0x1.8a40000000000p-1f, 0x1.8180000000000p-1f, 0x1.7980000000000p-1f,
    0x1.6ea0000000000p-1f, 0x1.68c0000000000p-1f, 0x1.6120000000000p-1f, 0x1.58a0000000000p-1f,
    0x1.5260000000000p-1f, 0x1.4c20000000000p-1f, 0x1.43e0000000000p-1f, 0x1.3fa0000000000p-1f,
    0x1.3820000000000p-1f, 0x1.33c0000000000p-1f, 0x1.2d60000000000p-1f, 0x1.26e0000000000p-1f,
    0x1.2140000000000p-1f, 0x1.1dc0000000000p-1f, 0x1.1940000000000p-1f, 0x1.14a0000000000p-1f,
    0x1.0dc0000000000p-1f, 0x1.08e0000000000p-1f, 0x1.04e0000000000p-1f, 0x1.0000000000000p-1f};
alignas(64) constexpr float kLog2HiF[32] = {0x0p+0f,
                                            0x1.1eba5a0000000p-4f,
                                            0x1.b825060000000p-4f,
                                            0x1.35381c0000000p-3f,
                                            0x1.824dfc0000000p-3f,
                                            0x1.db9b100000000p-3f,
                                            0x1.0fa8480000000p-2f,
                                            0x1.31dcb80000000p-2f,
                                            0x1.5b405e0000000p-2f,
                                            0x1.8214f40000000p-2f,
                                            0x1.a33d260000000p-2f,
                                            0x1.c2381c0000000p-2f,
                                            0x1.ed671c0000000p-2f,
                                            0x1.02a24a0000000p-1f,
                                            0x1.1269fc0000000p-1f,
                                            0x1.2469600000000p-1f,
                                            0x1.31ee400000000p-1f,
                                            0x1.3fb3a60000000p-1f,
                                            0x1.5248260000000p-1f,
                                            0x1.5c09f80000000p-1f,
                                            0x1.6d94040000000p-1f,
                                            0x1.78014e0000000p-1f,
                                            0x1.8777900000000p-1f,
                                            0x1.9792980000000p-1f,
                                            0x1.a5cca20000000p-1f,
                                            0x1.aecab60000000p-1f,
                                            0x1.ba84500000000p-1f,
                                            0x1.c6c3c20000000p-1f,
                                            0x1.d95acc0000000p-1f,
                                            0x1.e6d3780000000p-1f,
                                            0x1.f210e40000000p-1f,
                                            0x1.0000000000000p+0f};
constexpr float kLog2Of2HiF = 0x1.0000000000000p+0f;
constexpr float kLog2Of2LoF = 0x0p+0f;
constexpr float kLog2LeadHiF = 0x1.7154760000000p+0f;
constexpr float kLog2LeadLoF = 0x1.4ae0c00000000p-26f;
// [-0.03226, 0.03226], error 2^-31.35
constexpr float kLog2PolyF[4] = {-0x1.7154740000000p-1f, 0x1.ec70960000000p-2f,
                                 -0x1.71a66c0000000p-2f, 0x1.27c68c0000000p-2f};
alignas(64) constexpr float kLog10CF[32] = {
    0x1.0000000000000p+0f, 0x1.e9a0000000000p-1f, 0x1.db40000000000p-1f, 0x1.cc80000000000p-1f,
    0x1.bf80000000000p-1f, 0x1.b3e0000000000p-1f, 0x1.a980000000000p-1f, 0x1.9fc0000000000p-1f,
    0x1.9580000000000p-1f, 0x1.8b00000000000p-1f, 0x1.8240000000000p-1f, 0x1.7780000000000p-1f,
    0x1.70a0000000000p-1f, 0x1.67e0000000000p-1f, 0x1.5fa0000000000p-1f, 0x1.5920000000000p-1f,
    0x1.50c0000000000p-1f, 0x1.4ba0000000000p-1f, 0x1.4560000000000p-1f, 0x1.3e20000000000p-1f,
    0x1.36e0000000000p-1f, 0x1.3220000000000p-1f, 0x1.2ba0000000000p-1f, 0x1.27a0000000000p-1f,
    0x1.2200000000000p-1f, 0x1.1c80000000000p-1f, 0x1.1920000000000p-1f, 0x1.1340000000000p-1f,
    0x1.0f40000000000p-1f, 0x1.0aa0000000000p-1f, 0x1.0640000000000p-1f, 0x1.0000000000000p-1f};
alignas(64) constexpr float kLog10HiF[32] = {0x0p+0f,
                                             0x1.3e00000000000p-6f,
                                             0x1.0900000000000p-5f,
                                             0x1.7920000000000p-5f,
                                             0x1.df00000000000p-5f,
                                             0x1.1e50000000000p-4f,
                                             0x1.4930000000000p-4f,
                                             0x1.7270000000000p-4f,
                                             0x1.9ed0000000000p-4f,
                                             0x1.cd80000000000p-4f,
                                             0x1.f560000000000p-4f,
                                             0x1.13c8000000000p-3f,
                                             0x1.2438000000000p-3f,
                                             0x1.3998000000000p-3f,
                                             0x1.4e38000000000p-3f,
                                             0x1.5ed0000000000p-3f,
                                             0x1.74a8000000000p-3f,
                                             0x1.8250000000000p-3f,
                                             0x1.9338000000000p-3f,
                                             0x1.a740000000000p-3f,
                                             0x1.bbc8000000000p-3f,
                                             0x1.c978000000000p-3f,
                                             0x1.dc90000000000p-3f,
                                             0x1.e880000000000p-3f,
                                             0x1.f998000000000p-3f,
                                             0x1.0550000000000p-2f,
                                             0x1.0aa0000000000p-2f,
                                             0x1.1404000000000p-2f,
                                             0x1.1a84000000000p-2f,
                                             0x1.222c000000000p-2f,
                                             0x1.2988000000000p-2f,
                                             0x1.3440000000000p-2f};
alignas(64) constexpr float kLog10LoF[32] = {0x0p+0f,
                                             -0x1.783f8a0000000p-19f,
                                             -0x1.ac16440000000p-21f,
                                             0x1.32017a0000000p-18f,
                                             0x1.5fc2a00000000p-18f,
                                             0x1.f681160000000p-18f,
                                             0x1.3c062c0000000p-19f,
                                             -0x1.31eed80000000p-20f,
                                             0x1.b582cc0000000p-18f,
                                             0x1.07fe940000000p-19f,
                                             -0x1.307e800000000p-18f,
                                             0x1.43c69e0000000p-20f,
                                             0x1.0082480000000p-22f,
                                             -0x1.ebedae0000000p-19f,
                                             -0x1.5400ce0000000p-19f,
                                             -0x1.b41fa60000000p-20f,
                                             0x1.5c29e20000000p-20f,
                                             -0x1.b1037a0000000p-18f,
                                             0x1.b418a40000000p-20f,
                                             0x1.ddf7060000000p-18f,
                                             -0x1.8bfe9c0000000p-18f,
                                             -0x1.2e05c20000000p-19f,
                                             -0x1.35fe700000000p-18f,
                                             0x1.c9fcac0000000p-19f,
                                             0x1.fdb74a0000000p-27f,
                                             -0x1.4003a60000000p-22f,
                                             -0x1.7006ec0000000p-18f,
                                             -0x1.0413d80000000p-18f,
                                             0x1.95f2680000000p-18f,
                                             -0x1.f86efc0000000p-20f,
                                             -0x1.c7f7840000000p-19f,
                                             0x1.3509f80000000p-18f};
constexpr float kLog10Of2HiF = 0x1.3440000000000p-2f;
constexpr float kLog10Of2LoF = 0x1.3509f80000000p-18f;
constexpr float kLog10LeadHiF = 0x1.bcb7b20000000p-2f;
constexpr float kLog10LeadLoF = -0x1.5b235e0000000p-27f;
// [-0.03226, 0.03226], error 2^-31.35
constexpr float kLog10PolyF[4] = {-0x1.bcb7ae0000000p-3f, 0x1.287a720000000p-3f,
                                  -0x1.bd1a620000000p-4f, 0x1.6426380000000p-4f};
// [1, 2], error 2^-11.95
constexpr float kCbrtPolyF[4] = {0x1.8ab8ee0000000p+0f, -0x1.9eb2420000000p-1f,
                                 0x1.4560d40000000p-2f, -0x1.9912ce0000000p-5f};
// 2^(-j/3)
constexpr float kCbrtScaleF[3] = {0x1.0000000000000p+0f, 0x1.965fea0000000p-1f,
                                  0x1.428a300000000p-1f};
}  // namespace
}  // namespace tightloop::math
