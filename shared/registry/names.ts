/** Letters, digits, `.`, `_` and `-`; neither `latest`, which is the newest version always, nor like a version. */
export const isAliasName = (alias: string) =>
  /^[A-Za-z][\w.-]{0,63}$/.test(alias) && alias !== 'latest' && !/^v\d+$/i.test(alias)

/** Letters, digits, `_` and `-`, so that a tag's name is a field's name in every MongoDB. */
export const isTagName = (name: string) => /^\w[\w-]{0,127}$/.test(name)
