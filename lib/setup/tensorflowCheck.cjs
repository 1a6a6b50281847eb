// Loads the TensorFlow add-on and multiplies two 1024x1024 matrices. Run in a process of its own,
// because an add-on that does not fit can take the process down. Prints one line of JSON.
require("./nodeCompat.cjs");
const tf = require("@tensorflow/tfjs-node");

const size = 1024;
const a = tf.ones([size, size]);
const b = tf.fill([size, size], 0.5);
const multiply = () => {
  const product = tf.matMul(a, b);
  const value = product.dataSync()[size + 1];
  product.dispose();
  return value;
};
const value = multiply();
if (value !== size / 2) throw new Error(`1024 times 1 times 0.5 gave ${value}`);
let rounds = 0;
const started = performance.now();
while (performance.now() - started < 300) {
  multiply();
  rounds++;
}
const seconds = (performance.now() - started) / 1000;
const gigaflops = Math.round((2 * size ** 3 * rounds) / seconds / 1e9);
console.log(JSON.stringify({ gigaflops }));
process.exit(0);
