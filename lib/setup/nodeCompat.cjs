// @tensorflow/tfjs-node 4.22 calls helpers of Node's util module that Node 23 took away. To be
// required before the add-on is:
//
//   require("../setup/nodeCompat.cjs");
//   const tf = require("@tensorflow/tfjs-node");
//
// Nothing changes on a Node.js that still has them.
const util = require("node:util");

util.isNullOrUndefined ??= (/** @type {unknown} */ value) => value === null || value === undefined;
util.isArray ??= Array.isArray;

// TensorFlow's native side reports its processor features on stderr: a notebook run takes text
// there for an error. Errors (level 2 and above) still come through.
process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
