export {};
//# sourceMappingURL=layer-store.test.d.ts.map