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
// 2^(-j/3); only the first three are meant
alignas(64) constexpr double kCbrtScaleD[16] = {
    0x1.0000000000000p+0, 0x1.965fea53d6e3dp-1, 0x1.428a2f98d728bp-1, 0x1.0000000000000p+0,
    0x1.965fea53d6e3dp-1, 0x1.428a2f98d728bp-1, 0x1.0000000000000p+0, 0x1.965fea53d6e3dp-1,
    0x1.428a2f98d728bp-1, 0x1.0000000000000p+0, 0x1.965fea53d6e3dp-1, 0x1.428a2f98d728bp-1,
    0x1.0000000000000p+0, 0x1.965fea53d6e3dp-1, 0x1.428a2f98d728bp-1, 0x1.0000000000000p+0};
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
    0x1.0000000000000p+0f, 0x1.e8c8000000000p-1f, 0x1.dbf8000000000p-1f, 0x1.ce38000000000p-1f,
    0x1.c048000000000p-1f, 0x1.b5a0000000000p-1f, 0x1.a9d0000000000p-1f, 0x1.9ef0000000000p-1f,
    0x1.93b8000000000p-1f, 0x1.8c00000000000p-1f, 0x1.8208000000000p-1f, 0x1.78e0000000000p-1f,
    0x1.7168000000000p-1f, 0x1.68e0000000000p-1f, 0x1.6050000000000p-1f, 0x1.57b8000000000p-1f,
    0x1.5220000000000p-1f, 0x1.4a08000000000p-1f, 0x1.4470000000000p-1f, 0x1.3db8000000000p-1f,
    0x1.3870000000000p-1f, 0x1.31c8000000000p-1f, 0x1.2bc8000000000p-1f, 0x1.27c0000000000p-1f,
    0x1.2180000000000p-1f, 0x1.1e30000000000p-1f, 0x1.17a0000000000p-1f, 0x1.1370000000000p-1f,
    0x1.0fb0000000000p-1f, 0x1.0a28000000000p-1f, 0x1.0688000000000p-1f, 0x1.0000000000000p-1f};
alignas(64) constexpr float kLogHiF[32] = {0x0p+0f,
                                           0x1.7c2ff00000000p-5f,
                                           0x1.2ae5220000000p-4f,
                                           0x1.a2f7060000000p-4f,
                                           0x1.102fde0000000p-3f,
                                           0x1.41756c0000000p-3f,
                                           0x1.797fa80000000p-3f,
                                           0x1.ae7b9e0000000p-3f,
                                           0x1.e69e0e0000000p-3f,
                                           0x1.0713860000000p-2f,
                                           0x1.212f1e0000000p-2f,
                                           0x1.39c3d20000000p-2f,
                                           0x1.4e430c0000000p-2f,
                                           0x1.6630220000000p-2f,
                                           0x1.7ec7040000000p-2f,
                                           0x1.98109e0000000p-2f,
                                           0x1.a8dde60000000p-2f,
                                           0x1.c1ad340000000p-2f,
                                           0x1.d32e680000000p-2f,
                                           0x1.e89c200000000p-2f,
                                           0x1.f9c6360000000p-2f,
                                           0x1.07e9ac0000000p-1f,
                                           0x1.120f1e0000000p-1f,
                                           0x1.18fda40000000p-1f,
                                           0x1.23ed3c0000000p-1f,
                                           0x1.29d1a00000000p-1f,
                                           0x1.35b2340000000p-1f,
                                           0x1.3d6be80000000p-1f,
                                           0x1.4470ac0000000p-1f,
                                           0x1.4ef8b00000000p-1f,
                                           0x1.55fe220000000p-1f,
                                           0x1.62e4300000000p-1f};
constexpr float kLogOf2HiF = 0x1.62e4300000000p-1f;
constexpr float kLogOf2LoF = -0x1.05c6100000000p-29f;
constexpr float kLogLeadHiF = 0x1.0000000000000p+0f;
constexpr float kLogLeadLoF = 0x0p+0f;
// [-0.03226, 0.03226], error 2^-31.35
constexpr float kLogPolyF[4] = {-0x1.fffffc0000000p-2f, 0x1.5555500000000p-2f,
                                -0x1.0038d00000000p-2f, 0x1.9a08320000000p-3f};
alignas(64) constexpr float kLog2CF[32] = {
    0x1.0000000000000p+0f, 0x1.e880000000000p-1f, 0x1.db40000000000p-1f, 0x1.cd20000000000p-1f,
    0x1.c198000000000p-1f, 0x1.b5d8000000000p-1f, 0x1.aa30000000000p-1f, 0x1.9f30000000000p-1f,
    0x1.9590000000000p-1f, 0x1.89d8000000000p-1f, 0x1.8088000000000p-1f, 0x1.7980000000000p-1f,
    0x1.6f70000000000p-1f, 0x1.66e8000000000p-1f, 0x1.5f58000000000p-1f, 0x1.5990000000000p-1f,
    0x1.51b8000000000p-1f, 0x1.49c8000000000p-1f, 0x1.4490000000000p-1f, 0x1.3e88000000000p-1f,
    0x1.3748000000000p-1f, 0x1.31d8000000000p-1f, 0x1.2d60000000000p-1f, 0x1.26e0000000000p-1f,
    0x1.2230000000000p-1f, 0x1.1dc0000000000p-1f, 0x1.1730000000000p-1f, 0x1.1230000000000p-1f,
    0x1.0dc0000000000p-1f, 0x1.0a28000000000p-1f, 0x1.0728000000000p-1f, 0x1.0000000000000p-1f};
alignas(64) constexpr float kLog2HiF[32] = {0x0p+0f,
                                            0x1.15a5fc0000000p-4f,
                                            0x1.b825060000000p-4f,
                                            0x1.35381c0000000p-3f,
                                            0x1.800b720000000p-3f,
                                            0x1.ce4a520000000p-3f,
                                            0x1.0f01dc0000000p-2f,
                                            0x1.35a3500000000p-2f,
                                            0x1.5849f00000000p-2f,
                                            0x1.839adc0000000p-2f,
                                            0x1.a6f4bc0000000p-2f,
                                            0x1.c2381c0000000p-2f,
                                            0x1.ea21e60000000p-2f,
                                            0x1.066b380000000p-1f,
                                            0x1.1626400000000p-1f,
                                            0x1.2267aa0000000p-1f,
                                            0x1.335d580000000p-1f,
                                            0x1.44eece0000000p-1f,
                                            0x1.50b72c0000000p-1f,
                                            0x1.5e922a0000000p-1f,
                                            0x1.6f93e20000000p-1f,
                                            0x1.7c983e0000000p-1f,
                                            0x1.8777900000000p-1f,
                                            0x1.9792980000000p-1f,
                                            0x1.a368bc0000000p-1f,
                                            0x1.aecab60000000p-1f,
                                            0x1.bff4220000000p-1f,
                                            0x1.cd4d620000000p-1f,
                                            0x1.d95acc0000000p-1f,
                                            0x1.e342fa0000000p-1f,
                                            0x1.eba2800000000p-1f,
                                            0x1.0000000000000p+0f};
constexpr float kLog2Of2HiF = 0x1.0000000000000p+0f;
constexpr float kLog2Of2LoF = 0x0p+0f;
constexpr float kLog2LeadHiF = 0x1.7154760000000p+0f;
constexpr float kLog2LeadLoF = 0x1.4ae0c00000000p-26f;
// [-0.03226, 0.03226], error 2^-31.35
constexpr float kLog2PolyF[4] = {-0x1.7154740000000p-1f, 0x1.ec70960000000p-2f,
                                 -0x1.71a66c0000000p-2f, 0x1.27c68c0000000p-2f};
alignas(64) constexpr float kLog10CF[32] = {
    0x1.0000000000000p+0f, 0x1.e9a0000000000p-1f, 0x1.da98000000000p-1f, 0x1.cda8000000000p-1f,
    0x1.c088000000000p-1f, 0x1.b5a8000000000p-1f, 0x1.aad0000000000p-1f, 0x1.9e08000000000p-1f,
    0x1.9568000000000p-1f, 0x1.8a10000000000p-1f, 0x1.8210000000000p-1f, 0x1.79e8000000000p-1f,
    0x1.7048000000000p-1f, 0x1.6810000000000p-1f, 0x1.5fa0000000000p-1f, 0x1.5948000000000p-1f,
    0x1.5170000000000p-1f, 0x1.4a10000000000p-1f, 0x1.4588000000000p-1f, 0x1.3d40000000000p-1f,
    0x1.38e0000000000p-1f, 0x1.3330000000000p-1f, 0x1.2de0000000000p-1f, 0x1.2650000000000p-1f,
    0x1.2188000000000p-1f, 0x1.1be8000000000p-1f, 0x1.1780000000000p-1f, 0x1.1338000000000p-1f,
    0x1.0ec0000000000p-1f, 0x1.0ac8000000000p-1f, 0x1.0658000000000p-1f, 0x1.0000000000000p-1f};
alignas(64) constexpr float kLog10HiF[32] = {0x0p+0f,
                                             0x1.3e00000000000p-6f,
                                             0x1.0de0000000000p-5f,
                                             0x1.7040000000000p-5f,
                                             0x1.d6e0000000000p-5f,
                                             0x1.1710000000000p-4f,
                                             0x1.43b0000000000p-4f,
                                             0x1.79d0000000000p-4f,
                                             0x1.9f40000000000p-4f,
                                             0x1.d1c0000000000p-4f,
                                             0x1.f640000000000p-4f,
                                             0x1.0e18000000000p-3f,
                                             0x1.2510000000000p-3f,
                                             0x1.3920000000000p-3f,
                                             0x1.4e38000000000p-3f,
                                             0x1.5e68000000000p-3f,
                                             0x1.72d8000000000p-3f,
                                             0x1.8680000000000p-3f,
                                             0x1.92c8000000000p-3f,
                                             0x1.a9b8000000000p-3f,
                                             0x1.b610000000000p-3f,
                                             0x1.c660000000000p-3f,
                                             0x1.d5e8000000000p-3f,
                                             0x1.ec78000000000p-3f,
                                             0x1.fb08000000000p-3f,
                                             0x1.063c000000000p-2f,
                                             0x1.0d34000000000p-2f,
                                             0x1.1410000000000p-2f,
                                             0x1.1b58000000000p-2f,
                                             0x1.21e8000000000p-2f,
                                             0x1.2960000000000p-2f,
                                             0x1.3440000000000p-2f};
alignas(64) constexpr float kLog10LoF[32] = {0x0p+0f,
                                             -0x1.783f8a0000000p-19f,
                                             0x1.1b402a0000000p-18f,
                                             -0x1.34ffa20000000p-20f,
                                             -0x1.5d7f360000000p-19f,
                                             0x1.a8ffa20000000p-18f,
                                             0x1.fb80560000000p-18f,
                                             -0x1.5501220000000p-19f,
                                             0x1.10093c0000000p-23f,
                                             -0x1.e901480000000p-19f,
                                             -0x1.e8ff0c0000000p-18f,
                                             0x1.1803f60000000p-18f,
                                             -0x1.b8ffaa0000000p-18f,
                                             -0x1.0be61c0000000p-20f,
                                             -0x1.5400ce0000000p-19f,
                                             0x1.601bce0000000p-23f,
                                             0x1.300f5a0000000p-21f,
                                             -0x1.be850e0000000p-25f,
                                             0x1.c482460000000p-18f,
                                             -0x1.20ff060000000p-19f,
                                             0x1.7601920000000p-20f,
                                             0x1.e702220000000p-19f,
                                             -0x1.e2f3040000000p-19f,
                                             -0x1.0cecc80000000p-19f,
                                             0x1.6400020000000p-21f,
                                             0x1.c50a220000000p-18f,
                                             -0x1.72fa640000000p-18f,
                                             -0x1.6f703e0000000p-22f,
                                             -0x1.73d4e80000000p-20f,
                                             0x1.9e24b20000000p-19f,
                                             -0x1.94f9ea0000000p-18f,
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
// 2^(-j/3); only the first three are meant
alignas(64) constexpr float kCbrtScaleF[16] = {
    0x1.0000000000000p+0f, 0x1.965fea0000000p-1f, 0x1.428a300000000p-1f, 0x1.0000000000000p+0f,
    0x1.965fea0000000p-1f, 0x1.428a300000000p-1f, 0x1.0000000000000p+0f, 0x1.965fea0000000p-1f,
    0x1.428a300000000p-1f, 0x1.0000000000000p+0f, 0x1.965fea0000000p-1f, 0x1.428a300000000p-1f,
    0x1.0000000000000p+0f, 0x1.965fea0000000p-1f, 0x1.428a300000000p-1f, 0x1.0000000000000p+0f};
// [-0.5, 0.5], error 2^-18.44
constexpr float kHalfExp2PolyF[4] = {0x1.62e12c0000000p-1f, 0x1.ec03780000000p-3f,
                                     0x1.c9fc460000000p-5f, 0x1.3a02ba0000000p-7f};
// [-0.01563, 0.03125], error 2^-20.27
constexpr float kHalfLogPolyF[3] = {0x1.00000c0000000p+0f, -0x1.00077c0000000p-1f,
                                    0x1.4f82300000000p-2f};
// [-0.01608, 0.03125], error 2^-20.23
constexpr float kHalfLog2PolyF[3] = {0x1.7154860000000p+0f, -0x1.7160220000000p-1f,
                                     0x1.e449780000000p-2f};
}  // namespace
}  // namespace tightloop::math
