#include "lib/weight_Q2_K.wgsl"
