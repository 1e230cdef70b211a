export {};
//# sourceMappingURL=derived-state.test.d.ts.map