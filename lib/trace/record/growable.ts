/** A Uint32Array that doubles when it is full. */
export class Growable {
  data: Uint32Array = new Uint32Array(1 << 16);
  length = 0;

  /** Appends a value and returns its index. */
  push(value: number): number {
    if (this.length === this.data.length) {
      const larger = new Uint32Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length] = value;
    return this.length++;
  }

  /** The values so far, without the spare room. */
  values(): Uint32Array {
    return this.data.subarray(0, this.length);
  }
}
