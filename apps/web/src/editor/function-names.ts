/** Functions of a program that is not a module, in the order in which a record meets them. */
export const functionNames = ['map_function', 'combine_function', 'reduce_function', 'partition_function'] as const;
