// Every bound on what a stranger's message may make us do. Past a bound, content is kept as an attachment or
// cut with a note in `problems`: it is never dropped silently, and the raw message is stored in any case.

/** Real mail nests five or six deep (signed > mixed > related > alternative); digests of digests reach twenty. */
export const MAX_NESTING_DEPTH = 50;

/** The largest honest messages (scanned albums, digests) have a few hundred parts; a 50,000-part bomb does not. */
export const MAX_PARTS = 1_000;

/** Exchange refuses 256 KiB of header and Postfix keeps 100 KiB; long DKIM, ARC and To blocks stay under this. */
export const MAX_HEADER_BYTES = 1024 * 1024;

/** Dozens of Received and ARC fields are normal, thousands are an attack on whoever loops over them. */
export const MAX_HEADER_FIELDS = 2_000;

/** A reply-all storm has some hundreds of recipients; more than this are not shown on any screen. */
export const MAX_ADDRESSES = 1_000;

/** Old threads keep the root and their newest ids (RFC 5322 3.6.4 lets a sender trim the middle); so do we. */
export const MAX_REFERENCES = 100;

/** A line of mail has at most 998 octets (RFC 5322 2.1.1), so no honest id is longer. */
export const MAX_ID_LENGTH = 998;

/** 64 for the local part, 255 for the domain and the sign between them (RFC 5321 4.5.3.1). */
export const MAX_ADDRESS_LENGTH = 320;

/** RFC 2046 allows 70; producers that break the rule stay within one line. */
export const MAX_BOUNDARY_LENGTH = 998;

/** How far a stray line in a header may be followed by a known field and still count as part of the header. */
export const MAX_HEADER_LOOKAHEAD = 64 * 1024;

/** Notes are for a person to read; after this many the message is simply broken. */
export const MAX_PROBLEMS = 50;

/** Common file systems hold 255 bytes, and a longer name is not readable in any list. */
export const MAX_FILE_NAME_LENGTH = 200;

/**
 * All the text that is shown as body. The longest digests have some hundred KiB; nobody reads megabytes on a screen,
 * and a 200 MiB "text" took 45 s and 5 GB to decode, convert and compare. What goes beyond is a file.
 */
export const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** Uuencoded files found inside a plain text; further ones stay in the text. */
export const MAX_UUENCODED_FILES = 100;

/**
 * One message of a mailbox file. Large providers stop at 150 MiB; a file that claims more is not a mailbox, and
 * holding it would break the promise of constant memory.
 */
export const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;
