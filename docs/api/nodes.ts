/** Declarations as text: their signatures and members, without bodies. Like reader.ts it knows the compiler's interface. */
import {
  type ClassDeclaration,
  type InterfaceDeclaration,
  type Node,
  SyntaxKind,
  type TypeAliasDeclaration,
  type TypeNode,
} from "typescript/unstable/ast";
import {
  isClassDeclaration,
  isConstructorDeclaration,
  isFunctionDeclaration,
  isGetAccessorDeclaration,
  isIndexedAccessTypeNode,
  isInterfaceDeclaration,
  isMethodDeclaration,
  isMethodSignatureDeclaration,
  isPrivateIdentifier,
  isPropertyDeclaration,
  isPropertySignatureDeclaration,
  isSetAccessorDeclaration,
  isTypeAliasDeclaration,
  isTypeLiteralNode,
  isTypeQueryNode,
} from "typescript/unstable/ast/is";
import { docOf, emptyDoc } from "./docstring.ts";
import type { Doc, Member } from "./types.ts";

/** What a type comes to, where its text says nothing to a reader. */
export type Compute = (type: TypeNode) => string;

export type ItemNode = Node & { readonly name?: Node };

export const isFunction = isFunctionDeclaration;
export const isClass = isClassDeclaration;

export function isItem(node: Node): boolean {
  return isFunction(node) || isClass(node) || isInterfaceDeclaration(node) || isTypeAliasDeclaration(node);
}

/** What stands first in a file is about the file. */
export function docOfNode(node: Node): Doc {
  const doc = node.jsDoc?.at(-1);
  return !doc || doc.pos === 0 ? emptyDoc : docOf(doc.getText());
}

/** Empty where the members say all. */
export function signatureOf(node: Node, compute: Compute): string {
  if (isFunctionDeclaration(node)) return head(node, node.body);
  if (isTypeAliasDeclaration(node)) {
    if (isTypeLiteralNode(node.type)) return "";
    return isComputed(node) ? `type ${node.name.text} = ${compute(node.type)};` : tidy(node.getText());
  }
  const { typeParameters, heritageClauses } = node as InterfaceDeclaration | ClassDeclaration;
  if (!typeParameters && !heritageClauses) return "";
  const text = node.getText();
  return tidy(text.slice(0, text.indexOf("{", (heritageClauses ?? typeParameters)!.end - node.getStart())));
}

export function membersOf(node: Node, compute: Compute): Member[] {
  const nodes: readonly Node[] | undefined =
    isInterfaceDeclaration(node) || isClassDeclaration(node)
      ? node.members
      : isTypeAliasDeclaration(node) && isTypeLiteralNode(node.type)
        ? node.type.members
        : undefined;
  return merged((nodes ?? []).flatMap((member) => memberOf(member, "", compute)));
}

/** The nodes of types that can name other types. */
export function visibleParts(node: Node): Node[] {
  if (isTypeAliasDeclaration(node) && isComputed(node)) return [];
  const parts: Node[] = [];
  const look = (at: Node): void => {
    if (at.kind === SyntaxKind.Block || isHidden(at)) return;
    parts.push(at);
    at.forEachChild(look);
  };
  node.forEachChild(look);
  return parts;
}

function isComputed({ type, typeParameters }: TypeAliasDeclaration): boolean {
  return typeParameters === undefined && refersToCode(type);
}

/** To values, shapes or parts of other types: what a reader would have to look up. */
function refersToCode(node: Node): boolean {
  if (isTypeQueryNode(node) || isIndexedAccessTypeNode(node)) return true;
  return (
    /^z\.\w*<typeof/.test(node.getText()) || node.forEachChild((child) => refersToCode(child) || undefined) === true
  );
}

const isOfValue = (node: Node): boolean =>
  isTypeQueryNode(node) || node.forEachChild((child) => isOfValue(child) || undefined) === true;

/** Overloads are one. */
function merged(all: readonly Member[]): Member[] {
  const members = new Map<string, Member>();
  for (const member of all) {
    const before = members.get(member.name);
    const doc = before?.doc.text ? before.doc : member.doc;
    members.set(member.name, before ? { ...before, doc, types: [...before.types, ...member.types] } : member);
  }
  return [...members.values()];
}

function memberOf(node: Node, prefix: string, compute: Compute): Member[] {
  if (isHidden(node)) return [];
  const doc = docOfNode(node);
  const method = (name: string, body?: Node): Member[] => [
    { name, kind: "method", types: [head(node, body)], isReadonly: false, doc },
  ];
  if (isConstructorDeclaration(node)) return method("constructor", node.body);
  if (isMethodSignatureDeclaration(node)) return method(nameOf(node));
  if (isMethodDeclaration(node)) return method(nameOf(node), node.body);
  if (isGetAccessorDeclaration(node)) {
    return [{ name: nameOf(node), kind: "property", types: [flat(node.type!.getText())], isReadonly: true, doc }];
  }
  if (!isPropertySignatureDeclaration(node) && !isPropertyDeclaration(node)) return [];
  const { type } = node;
  const name = `${prefix}${nameOf(node)}${/^[^:]*\?\s*:/.test(node.getText()) ? "?" : ""}`;
  const isReadonly = /^(\w+ )*readonly /.test(node.getText());
  const text = type ? (isOfValue(type) ? compute(type) : type.getText()) : (node.initializer?.getText() ?? "");
  const own: Member = { name, kind: "property", types: [flat(text)], isReadonly, doc };
  if (!type || !isTypeLiteralNode(type)) return [own];
  const parts = type.members.flatMap((part) => memberOf(part, `${name}.`, compute));
  if (parts.every((part) => part.doc.text === "")) return [own];
  return doc.text ? [{ ...own, types: ["object"] }, ...parts] : parts;
}

/** What is private, and setters of what can be read too. */
function isHidden(node: Node): boolean {
  const { name } = node as ItemNode;
  return isSetAccessorDeclaration(node) || (name !== undefined && isPrivateIdentifier(name));
}

function nameOf(node: Node): string {
  return (node as ItemNode).name?.getText() ?? "";
}

const comments = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;

function flat(type: string): string {
  const line = type.replace(comments, "").replace(/\s+/g, " ").trim();
  return line.replace(/^\| /, "").replace(/;? }/g, " }").replace(/< /g, "<").replace(/,? >/g, ">");
}

function tidy(text: string): string {
  return text.replace(/^(export |default |async )*/, "").trim();
}

/** All but the body. */
function head(node: Node, body: Node | undefined): string {
  const text = node.getText();
  const signature = body ? text.slice(0, body.getStart() - node.getStart()) : text;
  return tidy(signature.replace(comments, "")).replace(/;$/, "");
}
