/* A thread of `runCells`: predicts its batch and sends each prediction as it is made, in the order of the batch. */
import { parentPort, workerData } from "node:worker_threads";
import { type Batch, predictInTurn } from "./run-cells.js";

await predictInTurn(workerData as Batch, (_cell, predicted) => parentPort!.postMessage(predicted));
