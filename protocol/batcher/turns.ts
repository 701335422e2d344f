/**
 * Takes up to `limit` items from several queues, one from each in turn, each queue in its order.
 * @param turn rotates which queue is asked first, so that none is always first
 */
export function takeTurns<T>(queues: readonly (readonly T[])[], limit: number, turn: number): T[] {
  const taken: T[] = [];
  const longest = Math.max(0, ...queues.map((queue) => queue.length));
  for (let position = 0; position < longest; position++) {
    for (let i = 0; i < queues.length && taken.length < limit; i++) {
      const queue = queues[(i + turn) % queues.length];
      if (position < queue.length) taken.push(queue[position]);
    }
  }
  return taken;
}
