/*
 * FIFO that goes wrong in one way, at the `after`th call of the hook that goes wrong. No imports, so that it can be sent
 * anywhere. State lives in attach: it goes wrong at the same moment in each run.
 */
const loop = (call) => {
  for (;;) call();
};

export const wrong = ({ kind = "none", after = 100, told = false } = {}) => ({
  name: "wrong",
  options: { kind, after, told },
  mechanisms: { references: "off", fd: "off" },
  asks: [],

  attach(ctx) {
    const queue = ctx.newLists(1, { mixed: true });
    const calls = {};
    let gone = -1;
    /** True from the `after`th call on. */
    const now = (...kinds) => kinds.includes(kind) && (calls[kind] = (calls[kind] ?? 0) + 1) >= after;
    const fail = (hook) => {
      throw new TypeError(`no good in ${hook}`);
    };
    const tail = () => queue.tail(1, 0);

    return {
      place(folio, why) {
        if (now("throws-place")) fail("place");
        if (now("loses") || (why === "kept" && now("loses-kept"))) return;
        queue.add(folio, now("lists-no-class") ? 1 : 0);
        if (now("lists-twice")) queue.add(folio, 0);
      },
      isolate(sc) {
        if (now("throws-isolate")) fail("isolate");
        if (now("offers-nothing")) return;
        if (gone >= 0 && now("offers-absent")) sc.take(gone, queue);
        if (now("unlists")) queue.remove(tail());
        if (now("loops-asking")) loop(() => sc.more());
        if (now("loops-moving")) loop(() => queue.move(tail(), 0));
        if (now("loops-silently")) loop(() => undefined);
        if (now("offers-twice")) {
          const folio = tail();
          sc.take(folio, queue);
          sc.take(folio, queue);
        }
        if (now("offers-too-many")) while (tail() >= 0) sc.take(tail(), queue);
        ctx.takeTail(sc, queue, 1, 0, Number.POSITIVE_INFINITY);
      },
      checkReferences() {
        if (now("throws-check")) fail("checkReferences");
        if (now("keeps-all")) return "keep";
        if (now("answers-true")) return true;
        return kind === "loses-kept" && (calls.check = (calls.check ?? 0) + 1) % 3 === 0 ? "keep" : "reclaim";
      },
      ...(told && { hit() {} }),
      missed() {
        if (now("throws-missed")) fail("missed");
      },
      evicted(folio) {
        gone = folio;
        if (now("throws-evicted")) fail("evicted");
      },
    };
  },
});
