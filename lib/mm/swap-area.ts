/** A swap device's slots: how many there are and how many are in use. They hold pages that are in swap (`Memory.swapped`), and copies of folios in the swap cache. */
export class SwapArea {
  used = 0;

  /** @param slots - Pages that fit; 0 for no swap. */
  constructor(readonly slots: number) {}

  get free(): number {
    return this.slots - this.used;
  }

  /** Take a slot, if one is left. */
  alloc(): boolean {
    if (this.used >= this.slots) return false;
    this.used++;
    return true;
  }

  release(): void {
    if (this.used === 0) throw new Error("a swap slot is released twice");
    this.used--;
  }
}
