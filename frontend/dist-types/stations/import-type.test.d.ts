export {};
//# sourceMappingURL=import-type.test.d.ts.map