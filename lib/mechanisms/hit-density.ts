/*
 * Hit density: how many hits a page will bring, for each request that it stays. Learned from what became of others of its
 * class and age.
 *
 *   events of a class, by age      hits       # # .  #           evictions   . #  # #
 *   density at age a  =  hits at a or later  /  sum of the lifetimes, from a on, of all whose life ended at a or later
 *
 * Ages are coarse: 2^shift requests a step, so that 20000 steps are enough. Old events count 0.9 as much after each lesson.
 * The step is set anew at the sixth lesson and the twenty-sixth, by how many pages there are; histograms are squeezed or
 * stretched with it. Before the first lesson, pages that were used soon after one another, and lately, are worth more.
 *
 * Source: Beckmann, Chen and Cidon, LHD: improving cache hit rate by maximizing hit density, NSDI 2018; constants as in
 * their simulator.
 * Differs from it: one application, one size.
 */

/** Steps of age; the last is for all that is older. */
export const MAX_AGE = 20_000;
export const NR_CLASSES = 16;
/** What old events count at the next lesson. */
const DECAY = 0.9;
/** Densities before the first lesson begin at this; the class of the first application there. */
const FIRST = NR_CLASSES + 1;
/** An age may be wrong by this part of the time that a page stays. */
const TOLERANCE = 0.01;

export class HitDensity {
  /** Requests in a step of age, as a power of two. */
  shift = 10;
  /** Lessons so far. */
  lessons = 0;
  /** Of each class and age; the last age of all is worth nothing. Shape: Float32Array[NR_CLASSES * MAX_AGE]. */
  private readonly densities: Float32Array = new Float32Array(NR_CLASSES * MAX_AGE);
  private readonly hits: Float32Array = new Float32Array(NR_CLASSES * MAX_AGE);
  private readonly evictions: Float32Array = new Float32Array(NR_CLASSES * MAX_AGE);
  /** Mean number of pages, and the weight behind it. */
  private pages = 0;
  private weight = 0;

  constructor() {
    for (let klass = 0; klass < NR_CLASSES; klass++) {
      for (let age = 0; age < MAX_AGE; age++) {
        this.densities[klass * MAX_AGE + age] = (FIRST + klass) / (age + 1);
      }
    }
  }

  /** Age of a page that was used `requests` ago, in steps. */
  age(requests: number): number {
    return Math.min(requests >>> this.shift, MAX_AGE - 1);
  }

  /** -1: too old to tell, so the first to go. */
  of(klass: number, age: number): number {
    return age === MAX_AGE - 1 ? -1 : this.densities[klass * MAX_AGE + age]!;
  }

  noteHit(klass: number, age: number): void {
    this.hits[klass * MAX_AGE + age]!++;
  }

  noteEviction(klass: number, age: number): void {
    this.evictions[klass * MAX_AGE + age]!++;
  }

  /** Learn from what was noted. @param nrPages - Resident now. */
  learn(nrPages: number): void {
    const { hits, evictions } = this;
    for (let i = 0; i < hits.length; i++) {
      hits[i]! *= DECAY;
      evictions[i]! *= DECAY;
    }
    this.pages = this.pages * DECAY + nrPages;
    this.weight = this.weight * DECAY + 1;
    if (this.lessons === 5 || this.lessons === 25) this.setStep();
    for (let klass = 0; klass < NR_CLASSES; klass++) this.model(klass * MAX_AGE);
    this.lessons++;
  }

  /** Densities of a class, from the oldest age down: hits still to come over time still to be spent. */
  private model(from: number): void {
    const { hits, evictions, densities } = this;
    const oldest = from + MAX_AGE - 1;
    let toCome = hits[oldest]!;
    let ends = toCome + evictions[oldest]!;
    let time = ends;
    for (let i = oldest - 1; i >= from; i--) {
      toCome += hits[i]!;
      ends += hits[i]! + evictions[i]!;
      time += ends;
      densities[i] = ends > 1e-5 ? toCome / time : 0;
    }
  }

  /** The shortest step of at least 2 with which the mean number of pages spans few steps enough. */
  private setStep(): void {
    const wanted = this.pages / this.weight / (TOLERANCE * MAX_AGE);
    let shift = 1;
    while (2 ** shift < wanted) shift++;
    const wider = shift - this.shift;
    this.shift = shift;
    this.pages *= 8;
    this.weight *= 8;
    for (const events of [this.hits, this.evictions]) {
      for (let klass = 0; klass < NR_CLASSES; klass++) {
        const of = events.subarray(klass * MAX_AGE, (klass + 1) * MAX_AGE);
        if (wider > 0) squeeze(of, wider);
        else if (wider < 0) stretch(of, -wider);
      }
    }
  }
}

/** Steps become 2^by times as wide. */
function squeeze(events: Float32Array, by: number): void {
  const end = MAX_AGE >> by;
  for (let age = 0; age < end; age++) {
    let sum = 0;
    for (let i = 0; i < 1 << by; i++) sum += events[(age << by) + i]!;
    events[age] = sum;
  }
  events.fill(0, end, MAX_AGE - 1);
}

/** Steps become 2^by times as narrow; what is beyond the last then counts as older. */
function stretch(events: Float32Array, by: number): void {
  for (let age = MAX_AGE >> by; age < MAX_AGE - 1; age++) events[MAX_AGE - 1]! += events[age]!;
  for (let age = MAX_AGE - 2; age >= 0; age--) events[age] = events[age >> by]! / (1 << by);
}
