/** Who found out that a folio was accessed. */
export type AccessSource = 0 | 1 | 2 | 3;
/** A read through a file descriptor that the fd mechanism judged worth telling. */
export const BY_FD: AccessSource = 0;
/** The fault that brought the folio in; its virtual memory area has recency. Told before the folio is listed. */
export const BY_FAULT: AccessSource = 1;
/** A page-table walk found and cleared the accessed bit. */
export const BY_WALK: AccessSource = 2;
/** Look-around found and cleared the accessed bit, next to a victim. */
export const BY_LOOKAROUND: AccessSource = 3;
