/**
 * Map items with at most `limit` at work, and yield in their order. What is slow holds up the order, not the work.
 * @throws what `map` throws, once the results before it are out.
 */
export async function* mapInOrder<T, R>(
  items: AsyncIterable<T>,
  limit: number,
  map: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const waiting: Promise<R>[] = [];
  for await (const item of items) {
    const result = map(item);
    // It is looked at in its turn; until then nobody else would.
    result.catch(() => {});
    waiting.push(result);
    if (waiting.length >= limit) yield await (waiting.shift() as Promise<R>);
  }
  for (const result of waiting) yield await result;
}
