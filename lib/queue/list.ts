import { connect } from "./connect.js";
import { type SubmitterSeen, type WorkerSeen, whoIsThere } from "./registry.js";

/** Who is at a Redis. */
export interface QueueList {
  readonly workers: readonly WorkerSeen[];
  readonly submitters: readonly SubmitterSeen[];
}

/** Workers and submitters of any code that are there now. @throws InputError as {@link connect} does. */
export async function listQueues(redis: string): Promise<QueueList> {
  const connection = await connect({ redis });
  try {
    const { client } = connection;
    return {
      workers: await whoIsThere(client, "worker"),
      submitters: await whoIsThere(client, "submitter"),
    };
  } finally {
    connection.close();
  }
}
