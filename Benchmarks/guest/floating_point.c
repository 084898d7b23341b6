/* Binary floating point: bodies that attract each other, a spectral norm, a matrix product. The compiler may fuse multiplication
 * and addition where the machine can, so that the last bits may differ from another architecture's. */
#include "benchmark.h"

#include <math.h>
#include <string.h>

static uint64_t bits(double value) {
  uint64_t result;
  memcpy(&result, &value, sizeof result);
  return result;
}

struct body {
  double place[3], velocity[3], mass;
};

static APART void advance(struct body *bodies, int count, double step) {
  for (int i = 0; i < count; i++)
    for (int j = i + 1; j < count; j++) {
      double apart[3], square = 0;
      for (int axis = 0; axis < 3; axis++) {
        apart[axis] = bodies[i].place[axis] - bodies[j].place[axis];
        square += apart[axis] * apart[axis];
      }
      double pull = step / (square * sqrt(square));
      for (int axis = 0; axis < 3; axis++) {
        bodies[i].velocity[axis] -= apart[axis] * bodies[j].mass * pull;
        bodies[j].velocity[axis] += apart[axis] * bodies[i].mass * pull;
      }
    }
  for (int i = 0; i < count; i++)
    for (int axis = 0; axis < 3; axis++) bodies[i].place[axis] += step * bodies[i].velocity[axis];
}

/* A sun and four planets on made-up circles; a year has 2 pi units of time. */
static uint64_t nbody_work(long repetitions) {
  static const double distances[] = {0, 5.2, 9.6, 19.2, 30.1}, masses[] = {1, 9.5e-4, 2.9e-4, 4.4e-5, 5.2e-5};
  struct body bodies[5];
  for (int i = 0; i < 5; i++) {
    double angle = 0.7 * i, speed = i ? sqrt(1 / distances[i]) : 0;
    bodies[i] = (struct body){{distances[i] * cos(angle), distances[i] * sin(angle), 0.01 * i},
                              {-speed * sin(angle), speed * cos(angle), 0.001 * i},
                              masses[i]};
  }
  for (long r = 0; r < repetitions * 1000; r++) advance(bodies, 5, 0.01);
  return bits(bodies[0].place[0]) ^ bits(bodies[4].velocity[1]);
}

enum { vector_length = 200 };

static inline double element(int row, int column) { return 1.0 / ((row + column) * (row + column + 1) / 2 + row + 1); }

static APART void transform(const double *from, double *to, int transposed) {
  for (int i = 0; i < vector_length; i++) {
    double sum = 0;
    for (int j = 0; j < vector_length; j++) sum += from[j] * (transposed ? element(j, i) : element(i, j));
    to[i] = sum;
  }
}

static uint64_t spectral_work(long repetitions) {
  double u[vector_length], v[vector_length], between[vector_length];
  for (int i = 0; i < vector_length; i++) u[i] = 1;
  for (long r = 0; r < repetitions; r++) {
    transform(u, between, 0);
    transform(between, v, 1);
    double largest = 0;
    for (int i = 0; i < vector_length; i++) largest = fmax(largest, v[i]);
    for (int i = 0; i < vector_length; i++) u[i] = v[i] / largest;
  }
  double sum = 0;
  for (int i = 0; i < vector_length; i++) sum += u[i] * v[i];
  return bits(sqrt(sum));
}

enum { order = 64 };
static double left[order][order], right[order][order], product[order][order];

static APART void multiply(void) {
  for (int row = 0; row < order; row++)
    for (int column = 0; column < order; column++) {
      double sum = 0;
      for (int k = 0; k < order; k++) sum += left[row][k] * right[k][column];
      product[row][column] = sum;
    }
}

static uint64_t dmatmul_work(long repetitions) {
  uint64_t seed = 10;
  for (int row = 0; row < order; row++)
    for (int column = 0; column < order; column++) {
      left[row][column] = next_number(&seed) * 3e-10;
      right[row][column] = next_number(&seed) * 3e-10;
    }
  double sum = 0;
  for (long r = 0; r < repetitions; r++) {
    multiply();
    sum += product[r % order][9];
    left[r % order][2] += 0.003;
  }
  return bits(sum);
}

const struct test floating_point_tests[] = {{"nbody", nbody_work}, {"spectral", spectral_work}, {"dmatmul", dmatmul_work}, {0}};
