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

/** Takes up to `limit` items from several queues, the one of the smallest rank first, each queue in its order. */
export function takeByRank<T>(queues: readonly (readonly T[])[], limit: number, rank: (item: T) => number): T[] {
  const left = queues.map((queue) => [...queue]);
  const taken: T[] = [];
  while (taken.length < limit) {
    const heads = left.filter((queue) => queue.length > 0);
    if (heads.length === 0) break;
    const first = heads.reduce((best, queue) => (rank(queue[0]) < rank(best[0]) ? queue : best));
    taken.push(first.shift() as T);
  }
  return taken;
}
