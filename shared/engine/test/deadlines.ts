/** How long a test of many random cases may take on a busy machine; on an idle one it takes a tenth of a second. */
export const propertyMs = 20_000;
