/*
 * Exact LRU stack distances (Mattson et al. 1970), with pages that are given back.
 *
 *   depth   0   1   2   3   4                     a visit of d: distance 3, a memory of 4 pages or more has it
 *           a   b   -   d   e      stack          then: d a b - e   a hole above the visited page: the nearest is filled, and
 *                   `hole: c was freed                              where d stood a hole is left, if one was above
 *
 * The stack is a Fenwick tree over times: a page counts at the time of its last visit, so the distance is the number of later times
 * that count. A freed page leaves a hole: memory that holds it has a free page, and the next miss takes it. A visit from below a
 * hole moves the hole down to where the page was: larger memories keep theirs, smaller ones have used it. Times are numbered anew
 * when they run out, so memory goes with the pages, not with the visits: 16 to 40 bytes a page.
 * Sources: Mattson, Gecsei, Slutz, Traiger, IBM Systems Journal 9(2), 1970; Bennett and Kruskal, IBM J. Res. Dev. 19(4), 1975.
 */
const NONE = -1;
const HOLE = -2;
const MIN_TIMES = 1 << 16;

export class StackDistances {
  /** Time of each page's last visit; NONE if it is not on the stack. Shape: [nrPages]. */
  private readonly timeOf: Int32Array;
  /** What counts at a time: a page, a HOLE, or NONE. */
  private at: Int32Array = new Int32Array(MIN_TIMES).fill(NONE);
  private tree: Int32Array = new Int32Array(MIN_TIMES + 1);
  /** Times of the holes, a heap with the latest at the top. */
  private holes: number[] = [];
  private now = 0;
  /** Times that count: pages on the stack, and holes. */
  private nr = 0;

  constructor(nrPages: number) {
    this.timeOf = new Int32Array(nrPages).fill(NONE);
  }

  /** Visit a page. Returns the stack positions above it; -1 if it is not on the stack: a first visit, or the first since it was freed. */
  visit(page: number): number {
    if (this.now === this.at.length) this.renumber();
    const time = this.timeOf[page]!;
    const hole = this.holes[0] ?? NONE;
    const distance = time === NONE ? -1 : this.nr - this.countTo(time);
    if (hole > time) {
      this.popHole();
      this.count(hole, -1);
      this.at[hole] = NONE;
      if (time !== NONE) this.pushHole(time);
    } else if (time !== NONE) {
      this.count(time, -1);
      this.at[time] = NONE;
    }
    this.timeOf[page] = this.now;
    this.at[this.now] = page;
    this.count(this.now++, 1);
    return distance;
  }

  /** A page is given back. */
  free(page: number): void {
    const time = this.timeOf[page]!;
    if (time === NONE) return;
    this.timeOf[page] = NONE;
    this.pushHole(time);
  }

  private count(time: number, change: number): void {
    const { tree } = this;
    this.nr += change;
    for (let i = time + 1; i < tree.length; i += i & -i) tree[i]! += change;
  }

  /** Times up to and with `time` that count. */
  private countTo(time: number): number {
    let sum = 0;
    for (let i = time + 1; i > 0; i -= i & -i) sum += this.tree[i]!;
    return sum;
  }

  /** Number the times that count from 0, in their order, with room for three times as many visits. */
  private renumber(): void {
    const old = this.at;
    this.at = new Int32Array(Math.max(MIN_TIMES, 4 * this.nr)).fill(NONE);
    this.holes = [];
    let nr = 0;
    for (const what of old) {
      if (what === NONE) continue;
      this.at[nr] = what;
      if (what === HOLE) this.holes.push(nr);
      else this.timeOf[what] = nr;
      nr++;
    }
    this.holes.reverse(); // descending is a heap
    this.now = nr;
    this.tree = new Int32Array(this.at.length + 1);
    for (let i = 1; i < this.tree.length; i++) {
      if (i <= nr) this.tree[i]! += 1;
      const above = i + (i & -i);
      if (above < this.tree.length) this.tree[above]! += this.tree[i]!;
    }
  }

  private pushHole(time: number): void {
    const { holes } = this;
    this.at[time] = HOLE;
    let i = holes.push(time) - 1;
    for (let up = (i - 1) >> 1; i > 0 && holes[up]! < time; i = up, up = (i - 1) >> 1) holes[i] = holes[up]!;
    holes[i] = time;
  }

  private popHole(): void {
    const { holes } = this;
    const last = holes.pop()!;
    if (holes.length === 0) return;
    let i = 0;
    for (let down = 1; down < holes.length; down = 2 * i + 1) {
      if (down + 1 < holes.length && holes[down + 1]! > holes[down]!) down++;
      if (holes[down]! <= last) break;
      holes[i] = holes[down]!;
      i = down;
    }
    holes[i] = last;
  }
}
