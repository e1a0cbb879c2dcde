/** Given names and family names from many languages, in groups that go together; made-up combinations. */
const GROUPS = [
  [
    "Emma Oliver Grace Jack Ruby Henry Alice George Hannah Samuel Chloe Edward Zoe Daniel Molly Peter Laura Adam",
    "Walker Hughes Barnes Coleman Fletcher Whitfield Marsh Dawson Holloway Reeves Pritchard O'Connor Kelly Sinclair Boone",
  ],
  [
    "Lukas Anna Felix Lena Jonas Clara Moritz Frieda Jürgen Sabine Björn Käthe Matthias Ulrike Emil Ida",
    "Schneider Weiß Krüger Hoffmann Vogel Bergmann Lindner Groß Peters Brandt Schäfer Keller Jäger Busch",
  ],
  [
    "Camille Louis Chloé Hugo Élodie Mathieu Inès Théo Amélie Étienne Manon Rémi Noémie Gaël Zoé Lucien",
    "Lefèvre Moreau Girard Dubois Fournier Mercier Gauthier Perrin Chevalier Rousseau Besson Tessier Roche",
  ],
  [
    "Lucía Mateo Sofía Diego Valentina Javier Carmen Andrés Inés Raúl Begoña Íñigo Pilar Sergio Nuria Álvaro",
    "García Núñez Ortega Vidal Fuentes Castaño Ibáñez Romero Muñoz Peña Salinas Quiroga Márquez Lozano",
  ],
  [
    "João Beatriz Tiago Inês Rafael Mariana Gonçalo Luísa Thiago Letícia Caio Débora Vinícius Larissa",
    "Silva Souza Almeida Conceição Ferreira Araújo Barbosa Teixeira Guimarães Moura Pacheco Leitão",
  ],
  [
    "Giulia Matteo Chiara Lorenzo Elisa Davide Noemi Pietro Alessia Nicolò Irene Tommaso",
    "Rossi Bianchi Colombo Ricci Marino Greco Conti Galli Ferrara Rinaldi Pellegrini Caputo",
  ],
  [
    "Astrid Lars Ingrid Søren Maja Øyvind Linnéa Åsa Mikkel Signe Håkon Elin Pekka Aino Juhani Helmi",
    "Lindqvist Hansen Jørgensen Bergström Nygård Dahl Åkesson Virtanen Korhonen Solberg Mäkinen Sjöberg",
  ],
  [
    "Agnieszka Paweł Zofia Łukasz Małgorzata Tomasz Jiří Kateřina Ondřej Zuzana Márton Eszter Ștefan Ioana",
    "Nowak Wiśniewska Zieliński Dąbrowska Novák Dvořáková Horváth Szabó Ionescu Popescu Kowalczyk Wójcik",
  ],
  [
    "Иван Анна Дмитрий Ольга Сергій Наталія Олексій Марія Никола Елена",
    "Иванов Петренко Шевченко Соколов Бондаренко Мельник Орлов Коваленко",
  ],
  [
    "Ayşe Mehmet Zeynep Emre Elif Burak Fatma Can Γιώργος Ελένη Νίκος Μαρία",
    "Yılmaz Demir Şahin Çelik Öztürk Aydın Παπαδόπουλος Γεωργίου Νικολαΐδης",
  ],
  [
    "Fatima Omar Layla Yusuf Amira Khalid Noor Hassan Shirin Dariush Tamar Avi",
    "Haddad Mansour Khalil Nasser Farouk Rahimi Tehrani Cohen Mizrahi Saleh",
  ],
  [
    "Priya Arjun Ananya Rohan Lakshmi Vikram Nadia Imran Thanh Linh Somchai Siti Budi Maria",
    "Sharma Patel Iyer Banerjee Reddy Chowdhury Nguyễn Trần Suwannarat Rahman Wijaya Santos",
  ],
  ["翔太 美咲 健太 さくら 陽菜 大輔 由美 直樹", "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 小林"],
  ["伟 芳 敏 静 磊 洋 지우 민준 서연 하은", "王 李 张 陈 刘 김 이 박 최"],
  [
    "Amara Kwame Chinedu Zainab Tendai Wanjiru Abebe Selam Thabo Nomvula Ifeoma Kofi",
    "Okafor Mensah Adeyemi Kamau Dlamini Tesfaye Ndiaye Mwangi Banda Osei Abiola",
  ],
] as const;

export const NAME_GROUPS = GROUPS.map(([first, last]) => ({ first: first.split(" "), last: last.split(" ") }));

/** How common the groups are among the customers. */
export const NAME_WEIGHTS = [24, 14, 9, 8, 7, 6, 7, 6, 3, 4, 4, 6, 3, 3, 4];
