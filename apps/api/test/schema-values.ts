/** Values by a JSON schema of the OpenAPI document, for fast-check. They need not satisfy what the schema cannot say. */
import fc from 'fast-check';

export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
}
export type Schemas = Readonly<Record<string, JsonSchema>>;

const lengthMax = 40;
const itemsMax = 3;
const numberMax = 1e6;
const refDepthMax = 3;

/** @param depth how many references may still be followed, so that recursive schemas end */
export function valuesOf(schema: JsonSchema, schemas: Schemas, depth: number = refDepthMax): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) {
    const named = schemas[schema.$ref.replace('#/components/schemas/', '')] ?? {};
    return depth === 0 ? fc.constant(null) : valuesOf(named, schemas, depth - 1);
  }
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const some = schema.anyOf ?? schema.oneOf;
  if (some !== undefined) return fc.oneof(...some.map(each => valuesOf(each, schemas, depth)));
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return objectsOf(schema, schemas, depth);
    case 'array': {
      const { items = {}, minItems: minLength = 0 } = schema;
      return fc.array(valuesOf(items, schemas, depth), { minLength, maxLength: Math.max(itemsMax, minLength) });
    }
    case 'string':
      return stringsOf(schema);
    case 'integer':
      return fc.integer(boundsOf(schema));
    case 'number':
      return fc.double({ ...boundsOf(schema), noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objectsOf(schema: JsonSchema, schemas: Schemas, depth: number): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema;
  const known = Object.fromEntries(
    Object.entries(properties).map(([name, each]) => [name, valuesOf(each, schemas, depth)]),
  );
  const record = fc.record(known, { requiredKeys: required.filter(name => name in known) });
  if (typeof additionalProperties !== 'object') return record;
  return fc
    .tuple(
      fc.dictionary(fc.string({ maxLength: 10 }), valuesOf(additionalProperties, schemas, depth), {
        maxKeys: itemsMax,
      }),
      record,
    )
    .map(([more, own]) => ({ ...more, ...own }));
}

function stringsOf({ pattern, format, minLength = 0, maxLength = lengthMax }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'date-time')
    return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map(date => date.toISOString());
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, lengthMax)), unit: 'grapheme' });
}

function boundsOf({ minimum = -numberMax, maximum = numberMax }: JsonSchema): { min: number; max: number } {
  return { min: minimum, max: Math.max(minimum, Math.min(maximum, numberMax)) };
}
