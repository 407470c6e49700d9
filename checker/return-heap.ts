/** Operations by the time of their return, the earliest first: a binary heap. */
export class ReturnHeap {
  private readonly items: number[] = [];
  private readonly returns: number[] = [];

  push(operation: number, returned: number): void {
    const { items, returns } = this;
    let place = items.length;
    for (let parent = (place - 1) >> 1; place > 0; parent = (place - 1) >> 1) {
      if (returns[parent]! <= returned) break;
      items[place] = items[parent]!;
      returns[place] = returns[parent]!;
      place = parent;
    }
    items[place] = operation;
    returns[place] = returned;
  }

  /** Takes out the one that returns first; undefined if there is none. */
  pop(): number | undefined {
    const { items, returns } = this;
    const first = items[0];
    const last = items.pop();
    const returned = returns.pop();
    if (items.length === 0 || last === undefined || returned === undefined) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && returns[child + 1]! < returns[child]!) child++;
      if (returns[child]! >= returned) break;
      items[place] = items[child]!;
      returns[place] = returns[child]!;
      place = child;
    }
    items[place] = last;
    returns[place] = returned;
    return first;
  }
}
