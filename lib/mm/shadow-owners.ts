/** Of each page's shadow: the lruvec that it was evicted from, and the one that reclaim aimed at. The kernel packs it into the shadow. */
export class ShadowOwners {
  readonly from: Uint8Array;
  readonly target: Uint8Array;

  constructor(nrPages: number) {
    this.from = new Uint8Array(nrPages);
    this.target = new Uint8Array(nrPages);
  }
}
